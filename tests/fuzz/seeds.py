"""What the fuzz begins with: small files in the layouts that a region sends, and real ones where they are."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from shnor_lib.data.intake.columns import read_map
from tests.intake import hostile, pupils
from tests.intake.conftest import statistics

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
_LARGEST = 130_000  # bytes of a real file: of larger ones fewer could be tried
_TABLES = (".xlsx", ".xls", ".ods", ".csv")
Rows = Sequence[Sequence[object]]
Seed = tuple[str, bytes]  # name of a file, what it holds

_SCHOOLS = [
    [f"sch22000{at} | Школа № {at}", None, 20, "10,00", "40,00", "30,00", "20,00"] for at in range(1, 9)
]
_LONG = ["Год", "Класс", "Предмет", "Муниципалитет", "Логин", "ОО", "Кол-во участников", "2", "3", "4", "5"]
_BIASED = ["Год", "Логин", "Муниципалитет", "ОО", "4 РУ", "4 МА", "5 РУ", "5 МА", "Количество маркеров"]
_RESULTS = ["school_id", "year", "series", "participants", "failed", "n2", "n3", "n4", "n5"]
_REGISTER = ["school_id", "year", "name", "municipality_id", "municipality", "region", "enrolment"]
_PASSPORT = ["Логин ОО", "Наименование ОО", "Всего учащихся", "Из многодетных семей", "СОП", "С ОВЗ", "Рост"]
_FILES = ["file", "year", "exam", "subject", "grade"]


def all_seeds(real: bool = True) -> list[Seed]:
    """Seeds in a fixed order; real ones last."""
    who = range(6)
    titles = [["01 - Русский язык 2026.06.09"], pupils.PROTOCOL]
    made: list[Seed] = [
        ("Статистика.xlsx", book(statistics(*_SCHOOLS))),
        ("Два листа.xlsx", book(statistics(*_SCHOOLS), statistics(*_SCHOOLS, subject="Русский язык"))),
        ("Статистика.xls", hostile.XLS.read_bytes()),
        ("Статистика.ods", hostile.ods(hostile.ods_rows([list(row) for row in statistics(*_SCHOOLS)]))),
        ("Ф1.xlsx", book([*pupils.f1_titles(), *[pupils.f1("edu220001", at, 9 + at, 3) for at in who]])),
        ("Протокол.xlsx", book([*titles, *[pupils.protocol("220001", at, 9, 3) for at in who]])),
        (
            "ВПР_2022_Математика_7_класс.xlsx",
            book([pupils.VPR_2022, *[pupils.vpr_2022("edu220007", at, 9) for at in who]]),
        ),
        (
            "ВПР_2020_Математика_6_класс.csv",
            text([pupils.VPR_2020, *[pupils.vpr_2020("sch220001", at, 9) for at in who]]),
        ),
        (
            "ВПР_2021_МА5.csv",
            text([pupils.VPR_2021, *[pupils.vpr_2021("sch220001", at, 9) for at in who]], "cp1251", ";"),
        ),
        (
            "02_2026.06.05.csv",
            text([pupils.RCOI, *[pupils.rcoi("220001", at, 9, 3) for at in who]], delimiter=";"),
        ),
        (
            "Длинная.csv",
            text(
                [
                    _LONG,
                    *[[2023, 6, "Математика", "Район", f"edu22000{at}", "Ш", 20, 5, 5, 5, 5] for at in who],
                ]
            ),
        ),
        (
            "Список.xlsx",
            book(
                [_BIASED, *[["2024", f"edu05300{at}", "Район", "Школа", 1, None, 1, None, 2] for at in who]]
            ),
        ),
        (
            "Паспорт.xlsx",
            book(
                [
                    ["Социальный паспорт, 2025/2026 учебный год"],
                    _PASSPORT,
                    *[[f"edu22000{at}", "Школа", 100, 20, 1, 3, 5] for at in who],
                ]
            ),
        ),
        ("Анкета.csv", text(_context())),
        ("results.csv", text([_RESULTS, *[[f"22000{at}", 2025, "oge-ma", 20, 5, 5, 5, 5, 5] for at in who]])),
        (
            "schools.csv",
            text([_REGISTER, *[[f"22000{at}", 2025, "Ш", "m1", "Район", "Край", 90] for at in who]]),
        ),
        (
            "crosswalk.csv",
            text([["old_id", "new_id", "from_date", "kind"], [220001, 220002, "2024-09-01", "merge"]]),
        ),
        ("files.csv", text([_FILES, ["a.xlsx", 2022, "ВПР", "МА", 5]])),
        (
            "map.geojson",
            b'{"type": "FeatureCollection", "features": [{"properties": {"municipality": "m"}}]}',
        ),
    ]
    return [*made, *(_real() if real else [])]


def _real() -> list[Seed]:
    files = sorted(path for path in REAL.rglob("*") if path.suffix in _TABLES) if REAL.is_dir() else []
    return [(path.name, path.read_bytes()) for path in files if path.stat().st_size <= _LARGEST]


def _context() -> Rows:
    told = {
        "login": "ksh220009",
        "has_primary": "Да",
        "has_basic": "да",
        "has_secondary": "Нет",
        "location_type": "4. Населенный пункт сельского типа (село, хутор, деревня и пр.)",
        "is_special": "Да",
        "enrolment": 61,
        "teachers_total": 15,
        "computers_outdated": 3,
        "internet_speed_class": "26–50 Мбит/с",
        "parents_help_class": "3.Лишь некоторые родители",
        "subject_ma": 10,
        "transport_class": None,
    }
    titles = {row["column"]: row["synonym"] for row in reversed(read_map("context_2021"))}
    return [[titles[name] for name in told], list(told.values())]


def book(*sheets: Rows) -> bytes:
    """A workbook."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        for rows in sheets:
            page = made.add_worksheet()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell not in (None, ""):
                        page.write(at, column, cell)
    return stream.getvalue()


def text(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A CSV."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)
