"""The context form of the ФИС ОКО for 2021: resources of schools, poorer where disadvantage is greater.

In:   the history of the schools.
Out:  one grid with the headings of the form, as a region exports it.
Not:  the meaning of the headings: it is the map of the reader, `intake/maps/context_2021.csv`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from shnor_lib.data.demo.grid import Grid, from_frame
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.scales import YEARS, stream
from shnor_lib.data.intake.columns import read_map

FORM, FORM_YEAR = "context_2021", 2021
_NOT_IN_THE_EXPORT = ("name", "municipality")
_CLASS_SIZE, _PUPILS_PER_TEACHER = 25, 11.5

_LOCATION = {
    "capital": "1. Столица субъекта РФ",
    "city": "2. Город",
    "town": "3. Населенный пункт городского типа (рабочий поселок, поселок городского типа и пр.)",
    "village": "4. Населенный пункт сельского типа (село, хутор, деревня и пр.)",
}
_SIZES = ("1. Менее 1 тыс. человек", "2. 1–5 тыс. человек", "3. 5–10 тыс. чел", "4. 10–50 тыс. человек")
_SIZE_OF_CITY = {"capital": "7. 450–680 тыс. человек", "city": "6. 100–450 тыс. человек"}
_TRANSPORT = (
    "1. Да, есть прямые рейсы, не требующие пересадок",
    "2. Есть только с пересадками (например, в районном центре)",
    "4. Регулярного транспортного сообщения нет, в т.ч. и в ближайшей округе",
)
_FREQUENCY = ("1. Несколько раз в день", "2. Ежедневно", "4. Один раз в неделю или реже")
_REACH = (
    "1. Ежедневные поездки на работу и учебу возможны",
    "2. Каждый день ездить сложно, но съездить и вернуться за день можно",
    "4. Поездки затруднительны, а иногда практически невозможны",
)
_SPEED = ("более 100 Мбит/с", "51–100 Мбит/с", "26–50 Мбит/с", "до 25 Мбит/с", "Интернет в ОО отсутствует")
_EXTRA = (
    "1. Более 80% обучающихся",
    "2. 50–80% обучающихся",
    "3. 20–50% обучающихся",
    "4. Менее 20% обучающихся",
)
_CAREER = (
    "1. Как правило, профориентация организуется с привлечением партнеров",
    "2. Чаще школа проводит профориентационную работу самостоятельно",
)
_PARENTS = ("1.Почти все, значительное большинство", "2.Примерно половина", "3.Лишь некоторые родители")
_SUBJECTS = {
    "ru": 0.16,
    "fl": 0.2,
    "ma": 0.2,
    "bi": 0.04,
    "ch": 0.06,
    "ph": 0.09,
    "in": 0.07,
    "hi": 0.03,
    "ge": 0.03,
}


def form(history: History, places: pd.DataFrame, seed: int) -> Grid:
    """The form of 2021 for every school that existed then, special schools and colleges included."""
    answers = _answers(history, places, stream(seed, "context"))
    headings: dict[str, str] = {}
    for row in read_map(FORM):
        headings.setdefault(row["column"], row["synonym"])
    known = [name for name in headings if name not in _NOT_IN_THE_EXPORT]
    empty = pd.Series(pd.NA, index=answers.index, dtype="object")
    frame = pd.DataFrame({headings[name]: answers.get(name, empty) for name in known})
    ids = [str(login)[3:] for login in answers["login"]]
    return from_frame(f"Контекст/Контекстные_данные_ОО_{FORM_YEAR}.csv", "", frame, ids)


def _answers(history: History, places: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Answers by column of the map; numbers are as the export writes them, without a fraction."""
    exists = history.exists(FORM_YEAR)
    population = history.population
    schools = population.schools[exists].reset_index(drop=True)
    count = len(schools)
    poor = schools["disadvantage"].to_numpy()
    column = YEARS.index(FORM_YEAR)
    enrolment = population.enrolment()[exists, column]
    technical = (schools["kind"] == "technical").to_numpy()
    special = (schools["kind"] == "special").to_numpy()
    level = schools["level_max"].to_numpy()
    home = places.iloc[schools["place"]].reset_index(drop=True)

    def yes(condition: np.ndarray) -> np.ndarray:
        return np.where(condition, "Да", "Нет")

    def chance(probability: np.ndarray | float) -> np.ndarray:
        return yes(rng.random(count) < probability)

    def choose(options: tuple[str, ...], shares: tuple[float, ...]) -> np.ndarray:
        """The later an option, the poorer the school; `shares` of the schools give each option."""
        order = np.argsort(np.argsort(0.9 * poor + rng.normal(size=count), kind="stable"), kind="stable")
        taken = np.searchsorted(np.cumsum(shares)[:-1], (order + 0.5) / count)
        return np.asarray(np.array(options, dtype=object)[taken])

    def part(whole: np.ndarray, share: float, slope: float) -> np.ndarray:
        probability = 1 / (
            1 + np.exp(-(np.log(share / (1 - share)) + slope * poor + rng.normal(0, 0.4, count)))
        )
        return np.asarray(rng.binomial(whole, probability))

    answers: dict[str, object] = {
        "login": history.logins(FORM_YEAR)[exists],
        "region_id": home["region_id"],
        "legal_form": np.where(technical | special, "1. Государственная", "2. Муниципальная"),
        "has_primary": yes(~technical),
        "has_basic": yes(level >= 9),
        "has_secondary": yes(level >= 11),
        "has_vocational": yes(technical),
        "is_special": yes(special),
        "is_evening": yes(np.zeros(count, dtype=bool)),
        "is_closed_type": yes(np.zeros(count, dtype=bool)),
        "is_prison": yes(np.zeros(count, dtype=bool)),
        "is_boarding": yes(special & (rng.random(count) < 0.7)),
        "enrolment": enrolment,
    }
    answers |= _location(schools, home, choose)
    for grade in range(1, 13):
        pupils = population.pupils(grade)[exists, column] if grade < 12 else np.zeros(count, dtype=np.int64)
        answers[f"classes_grade_{grade}"] = np.ceil(pupils / _CLASS_SIZE).astype(np.int64)
        answers[f"pupils_grade_{grade}"] = pupils
    answers["pupils_born_2005"], answers["pupils_born_2006"] = (
        population.pupils(9)[exists, column],
        population.pupils(8)[exists, column],
    )
    answers["adapted_programme_pupils"] = part(population.pupils(9)[exists, column], 0.05, 0.3)
    teachers = np.maximum(3, np.rint(enrolment / _PUPILS_PER_TEACHER + 4)).astype(np.int64)
    rooms = np.maximum(6, np.rint(enrolment / 20 + 6)).astype(np.int64)
    computers = np.maximum(
        3, np.rint(enrolment / 9 * np.exp(-0.2 * poor + rng.normal(0, 0.3, count)))
    ).astype(np.int64)
    answers |= {
        "teachers_total": teachers,
        "teachers_highest_category": part(teachers, 0.34, -0.5),
        "teachers_under_30": part(teachers, 0.11, 0.1),
        "teachers_pension_age": part(teachers, 0.20, 0.35),
        "training_up_to_36_hours": part(teachers, 0.22, -0.2),
        "training_36_to_72_hours": part(teachers, 0.26, -0.2),
        "training_over_72_hours": part(teachers, 0.07, -0.2),
        "training_followed_by_municipality": chance(0.55),
        "training_shared_with_colleagues": chance(0.98),
        "training_practised_alone": chance(0.93),
        "training_not_followed_up": chance(0.01),
        "classrooms_total": rooms,
        "classrooms_with_computer": part(rooms, 0.86, -0.5),
        "classrooms_with_projector": part(rooms, 0.68, -0.5),
        "computers_total": computers,
        "computers_outdated": part(computers, 0.42, 0.5),
        "computers_with_internet": part(computers, 0.85, -0.4),
        "internet_speed_class": choose(_SPEED, (0.14, 0.33, 0.26, 0.262, 0.008)),
        "extra_education_class": choose(_EXTRA, (0.42, 0.38, 0.15, 0.05)),
        "career_guidance_class": choose(_CAREER, (0.4, 0.6)),
        "parents_meeting_share_primary": (100 - 5 * part(np.full(count, 12), 0.25, 0.5)),
        "parents_meeting_share_basic": (100 - 5 * part(np.full(count, 14), 0.38, 0.5)),
        "parents_meeting_share_secondary": _but(level < 11, 100 - 5 * part(np.full(count, 12), 0.3, 0.4)),
        "parents_audience_class": choose(_PARENTS, (0.35, 0.52, 0.13)),
        "parents_help_class": choose(_PARENTS, (0.14, 0.48, 0.38)),
    }
    for name, share in (
        ("class_hours", 0.97),
        ("talks", 0.87),
        ("lectures", 0.53),
        ("testing", 0.86),
        ("excursions", 0.72),
        ("projects", 0.45),
        ("practice", 0.09),
    ):
        answers[f"career_{name}"] = chance(share)
    for subject, share in _SUBJECTS.items():  # open vacancies: an empty answer means none
        vacancies = rng.poisson(share * np.exp(0.6 * poor) * np.sqrt(teachers / 25))
        answers[f"subject_{subject}"] = _but(vacancies == 0, vacancies)
    return pd.DataFrame(answers)


def _but(unanswered: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Answers as objects, None where the question is not asked or left empty."""
    given = answers.astype(object)
    given[unanswered] = None
    return given


def _location(
    schools: pd.DataFrame,
    home: pd.DataFrame,
    choose: Callable[[tuple[str, ...], tuple[float, ...]], np.ndarray],
) -> dict[str, object]:
    """Where a school stands: the first municipality is the capital; cities are not asked about transport."""
    urban = (schools["locality"] == "urban").to_numpy()
    city = home["city"].to_numpy(dtype=bool)
    kind = np.where(
        city & (schools["place"] == 0), "capital", np.where(city, "city", np.where(urban, "town", "village"))
    )
    sizes = np.where(urban, _SIZES[3], choose(_SIZES[:3], (0.45, 0.41, 0.14)))
    return {
        "location_type": [_LOCATION[item] for item in kind],
        "settlement_size_class": [
            _SIZE_OF_CITY.get(item, size) for item, size in zip(kind, sizes, strict=True)
        ],
        "transport_class": _but(city, choose(_TRANSPORT, (0.7, 0.18, 0.12))),
        "transport_frequency_class": _but(city, choose(_FREQUENCY, (0.4, 0.42, 0.18))),
        "transport_reach_class": _but(city, choose(_REACH, (0.3, 0.45, 0.25))),
    }
