"""A project folder, and small files in the layouts that a region sends."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from shnor_lib.data.intake import IngestResult, ingest
from shnor_lib.data.screening.catalogue import CHECKS
from shnor_lib.settings import Project, Settings

Rows = Sequence[Sequence[object]]
STATISTICS_HEAD = ("Группы участников", "Кол-во ОО", "Кол-во участников", "2", "3", "4", "5")


def statistics(
    *schools: Sequence[object], year: int = 2021, grade: int = 5, subject: str = "Математика"
) -> Rows:
    """Rows of «Статистика по отметкам» with one region and one municipality."""
    return [
        [f"ВПР {year}. {grade} класс"],
        ["Предмет:", subject],
        ["Статистика по отметкам"],
        [],
        STATISTICS_HEAD,
        ["Пробный край", 1, 100, "20,00", "40,00", "30,00", "10,00"],
        ["reg22_m001 | Алейский район", 1, 100, "20,00", "40,00", "30,00", "10,00"],
        *schools,
    ]


class Box:
    """A project whose raw folder a test fills."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root, Settings())
        self.raw = self.project.raw
        self.raw.mkdir(parents=True)

    def xlsx(self, name: str, rows: Rows, sheet: str = "Лист1") -> Path:
        """Write a workbook."""
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet(sheet)
            for at, row in enumerate(rows):
                for position, cell in enumerate(row):
                    if cell is not None and cell != "":
                        page.write(at, position, cell)
        return path

    def csv(self, name: str, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
        """Write a CSV."""
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(rows)
        return path

    def ingest(self, strict: bool = False) -> IngestResult:
        """Run the intake; whatever it finds must be in the catalogue of checks."""
        result = ingest(self.project, strict)
        assert set(result.findings["check"]) <= set(CHECKS)
        return result

    def checks(self) -> dict[str, int]:
        """Run the intake; check → number of findings that are not mere notes."""
        found = self.ingest().findings
        return dict(found.loc[found["severity"] != "info", "check"].value_counts())


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An empty project."""
    return Box(tmp_path)


@pytest.fixture
def make_book(box: Box) -> Callable[[str, dict[str, Rows]], None]:
    """Writes a workbook of several sheets into the empty project."""

    def write(name: str, sheets: dict[str, Rows]) -> None:
        with xlsxwriter.Workbook(str(box.raw / name)) as book:
            for title, rows in sheets.items():
                page = book.add_worksheet(title)
                for at, row in enumerate(rows):
                    page.write_row(at, 0, row)

    return write


@pytest.fixture
def make_box(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Box]:
    """Several empty projects."""
    return lambda: Box(tmp_path_factory.mktemp("project"))
