"""Commands that make a project: a new one, and a synthetic region in it."""

from pathlib import Path
from typing import Annotated

import typer

from shnor_lib.cli.options import (
    ProjectOption,
)
from shnor_lib.cli.words import Command
from shnor_lib.settings import find_project


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=Command, epilog='Пример: shnor init кбр --region "Кабардино-Балкарская Республика"')(init)
    app.command(cls=Command, epilog="Пример: shnor demo --scale municipality --seed 7 --verify")(demo)


def init(
    folder: Annotated[Path, typer.Argument(help="Новая папка проекта.")],
    region: Annotated[str, typer.Option("--region", help="Название региона для заголовков.")] = "",
    methodology: Annotated[str, typer.Option("--methodology", help="Профиль методики.")] = "rosobrnadzor-847",
) -> None:
    """Создать рабочее место для региона: папки, блокноты, настройки."""
    from shnor_lib.scaffold import create

    made = create(folder, region, methodology)
    typer.echo(f"Проект создан: {made.root}")
    typer.echo(f"Положите файлы в {made.raw} и выполните: shnor ingest --project {folder}")


def demo(
    scale: Annotated[
        str, typer.Option("--scale", help="Размер: municipality, region или country.")
    ] = "region",
    seed: Annotated[
        int, typer.Option("--seed", help="Начальное число: одно и то же даёт те же данные.")
    ] = 847,
    verify: Annotated[
        bool, typer.Option("--verify", help="Сразу прочитать файлы и показать, найдены ли дефекты.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Записать в data/raw вымышленный регион с дефектами настоящих файлов."""
    from shnor_lib.data import demo as synthetic

    home = find_project(project)
    summary = synthetic.generate(home.root / "data", scale, seed)
    typer.echo(summary.text)
    if verify:
        from shnor_lib.data import intake
        from shnor_lib.data.demo import recall, truth

        found = intake.ingest(home).findings
        typer.echo(recall.measure(truth.defects(home.root / "data"), found).text)
