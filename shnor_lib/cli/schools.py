"""Commands about who is who: names without a code, and the list of schools."""

from typing import Annotated

import typer

from shnor_lib.cli.options import MunicipalityOption, ProjectOption
from shnor_lib.cli.words import Command, Group
from shnor_lib.settings import find_project

_HELP = "Опознать школы, названные без кода; показать коды школ."


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(cls=Group, help=_HELP, epilog="Пример: shnor schools match")
    group.callback(invoke_without_command=True)(show_help)
    group.command(cls=Command, epilog="Пример: shnor schools match --project мой_регион")(match)
    group.command("list", cls=Command, epilog='Пример: shnor schools list --find "Алейская СОШ"')(
        list_schools
    )
    app.add_typer(group, name="schools")


def show_help(context: typer.Context) -> None:
    """Show the commands where none is named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def match(project: ProjectOption = None) -> None:
    """Предложить школы для строк без кода; решает человек в data/raw/school_matches.csv.

    Названия, о которых ещё не решено, берутся из текущего снимка.

    Впишите в столбец decision:

    accepted — строки относятся к школе с кодом из school_id (код можно исправить);

    rejected — это не школа реестра.

    Решения действуют при каждой загрузке, готовые строки не меняются.
    """
    from shnor_lib.data.intake import proposals
    from shnor_lib.present import schools

    typer.echo("\n".join(schools.proposed(proposals.propose(find_project(project)))))


def list_schools(
    find: Annotated[str, typer.Option("--find", help="Часть названия или кода.")] = "",
    municipality: MunicipalityOption = None,
    project: ProjectOption = None,
) -> None:
    """Показать школы с их кодами: ФИС ОКО, ОГЭ, ЕГЭ, ИНН."""
    from shnor_lib.cli.common import open_region
    from shnor_lib.present import schools

    region = open_region(project, None, municipality)
    typer.echo("\n".join(schools.listed(region.table("schools"), region.table("school_codes"), find)))
