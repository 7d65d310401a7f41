"""Options that several commands share, with their Russian help."""

from pathlib import Path
from typing import Annotated

import typer

ProjectOption = Annotated[
    Path | None, typer.Option("--project", help="Папка проекта; по умолчанию ищется от текущей папки вверх.")
]
YearOption = Annotated[int | None, typer.Option("--year", help="Отчётный год; по умолчанию последний.")]
OutOption = Annotated[Path, typer.Option("--out", help="Файл результата: .csv, .xlsx, .json или .parquet.")]
ListOption = Annotated[
    Path,
    typer.Option(
        "--out", help="Таблица .csv, .xlsx, .json, .parquet либо список для приказа .docx, .pdf, .html."
    ),
]
MethodologyOption = Annotated[
    str | None, typer.Option("--methodology", help="Профиль методики или файл .yml; иначе из shnor.yml.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Настройка методики: имя=значение; можно повторять.")
]
MunicipalityOption = Annotated[
    str | None, typer.Option("--municipality", help="Код или название муниципалитета; иначе весь регион.")
]
