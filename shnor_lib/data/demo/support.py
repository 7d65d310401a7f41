"""What is done about deficits: roadmaps of municipalities and measures of schools.

In:   deficits of the first wave of the audit.
Out:  `roadmaps`, workbooks in the layout of seed 004; `measures`, a tidy table.
Not:  who is to blame: responsible are offices and roles, never persons.

Some high deficits have no activity and some activities no code, so that an audit of the roadmap finds them.
"""

import numpy as np
import pandas as pd

from shnor_lib.data.demo import tables
from shnor_lib.data.demo.audit import significance
from shnor_lib.data.demo.grid import Cell, Grid, Row
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.scales import stream

COLUMNS = [
    "№",
    "Муниципалитет",
    "Мероприятие",
    "Форма",
    "Код параметра",
    "Контингент",
    "Место проведения",
    "Дата проведения",
    "Ответственные",
]
OWN = "Дорожная_карта_муниципалитета_2025-2026.xlsx"
_COVERED = 0.84
_ACTIVITIES = {row["factor_no"]: row for row in tables.read("activities")}
_MONTHS = (
    ("Октябрь 2025", "2025-10"),
    ("Ноябрь 2025", "2025-11"),
    ("Декабрь 2025", "2025-12"),
    ("Январь 2026", "2026-01"),
    ("Февраль 2026", "2026-02"),
    ("Март 2026", "2026-03"),
    ("Апрель 2026", "2026-04"),
    ("Май 2026", "2026-05"),
)
_PLACES = ("ОО", "управление образования", "методическая служба", "базовая школа")
_LOOSE_DATES = ("В течение года", "По отдельному графику", "2025/26 учебный год")
_DONE, _IN_PROGRESS = 0.55, 0.25


def roadmaps(history: History, places: pd.DataFrame, deficits: pd.DataFrame, seed: int) -> list[Grid]:
    """A workbook for all municipalities, numbered within each; the last has sent its own, as in seed 004."""
    rng = stream(seed, "roadmap")
    first = deficits[(deficits["wave"] == 0) & (deficits["code"] != "")]
    home = history.population.schools["place"].to_numpy()[first["school"]]
    rows: list[Row] = []
    for place in sorted(set(home.tolist())):
        title = places["municipality"].iloc[place]
        met = first[home == place]["code"]
        number = 0
        for factor in sorted({code.split(".")[0] for code in met}, key=int):
            if rng.random() > _COVERED:
                continue
            number += 1
            plan = _ACTIVITIES[factor]
            named = sorted({code for code in met if code.split(".")[0] == factor})
            where = str(rng.choice(_PLACES))
            what: list[Cell] = [number, title, plan["activity"], plan["form"], _codes(named, rng)]
            rows.append(Row([*what, plan["audience"], where, _date(rng), plan["responsible"]]))
        number += 1
        rows.append(
            Row(
                [
                    number,
                    title,
                    "Мониторинг внутришкольных систем профилактики неуспешности",
                    "мониторинг",
                    "все выявленные параметры" if rng.random() < 0.7 else None,
                    "Администрация ОО",
                    "методическая служба",
                    "Май 2026",
                    "методическая служба",
                ]
            )
        )
    common = Grid("Дорожная_карта_2025-2026.xlsx", "Дорожная карта", list(COLUMNS), rows)
    home_of = COLUMNS.index("Муниципалитет")
    last = rows[-1].cells[home_of] if rows else None
    own = [row for row in rows if row.cells[home_of] == last]
    if len(own) == len(rows):
        return [common]
    common.rows = rows[: -len(own)]
    columns = [name for name in COLUMNS if name != "Муниципалитет"]
    cells = [Row([cell for at, cell in enumerate(row.cells) if at != home_of]) for row in own]
    above: list[list[Cell]] = [
        ["Муниципальная дорожная карта на 2025/2026 учебный год"],
        [f"Муниципалитет: {last}"],
    ]
    return [common, Grid(OWN, "Дорожная карта", columns, cells, above)]


def measures(history: History, deficits: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Tidy table `measures`: most deficits of the first wave have a measure, more often the high ones."""
    rng = stream(seed, "measures")
    first = deficits[(deficits["wave"] == 0) & (deficits["code"] != "")]
    schools = history.population.schools
    home = schools["place"].tolist()
    partners = _partners(schools, history)
    rows = []
    found = zip(
        first["school"].tolist(), first["school_id"], first["code"], first["value"].tolist(), strict=True
    )
    for number, (school, school_id, code, value) in enumerate(found, start=1):
        chance = {"высокая": 0.82, "средняя": 0.6, "низкая": 0.35}[significance(value)]
        if rng.random() > chance:
            continue
        factor = code.split(".")[0]
        start = int(rng.integers(0, len(_MONTHS) - 2))
        end = int(rng.integers(start + 1, len(_MONTHS)))
        draw = rng.random()
        status = "done" if draw < _DONE else "in_progress" if draw < _DONE + _IN_PROGRESS else "planned"
        kind = _ACTIVITIES[factor]["measure"]
        partner = partners.get(home[school], "") if kind == "mentoring" else ""
        evidence = (
            f"Справка № {100 + number} от {_MONTHS[end][1]}-20" if status == "done" and draw < 0.45 else ""
        )
        rows.append(
            (
                school_id,
                f"М-{number:04d}",
                kind,
                code,
                f"{_MONTHS[start][1]}-01",
                f"{_MONTHS[end][1]}-28",
                status,
                "" if partner == school_id else partner,
                evidence,
            )
        )
    names = [
        "school_id",
        "measure_id",
        "kind",
        "code",
        "date_from",
        "date_to",
        "status",
        "partner_school_id",
        "evidence",
    ]
    return pd.DataFrame(rows, columns=names)


def _partners(schools: pd.DataFrame, history: History) -> dict[int, str]:
    """The strongest school of every municipality: it mentors the others."""
    fit = schools[
        (schools["kind"] == "general") & (schools["level_max"] == 11) & (history.population.cohort[:, -1] > 0)
    ]
    best = fit.sort_values("effect", kind="stable").groupby("place").head(1)
    return dict(zip(best["place"].tolist(), best["school_id"].tolist(), strict=True))


def _codes(codes: list[str], rng: np.random.Generator) -> str:
    """«2.1., 2.2»: with and without the last dot, as people write them."""
    return ", ".join(code + ("." if rng.random() < 0.5 else "") for code in codes)


def _date(rng: np.random.Generator) -> str:
    if rng.random() < 0.25:
        return str(rng.choice(_LOOSE_DATES))
    return _MONTHS[int(rng.integers(len(_MONTHS)))][0]
