"""Series: subject × grade × exam, the unit in which results are counted (seed 002 lists nine).

A series id is `exam-subject[-grade|-level]`: `vpr-ma-5`, `oge-ru`, `ege-ma-base`, `vpr-ma-7-adv`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

EXAMS = {"vpr": "ВПР", "oge": "ОГЭ", "ege": "ЕГЭ", "gve": "ГВЭ"}

SUBJECTS = {
    "ru": ("РУ", "Русский язык"),
    "ma": ("МА", "Математика"),
    "ph": ("ФИ", "Физика"),
    "ch": ("ХИ", "Химия"),
    "bi": ("БИ", "Биология"),
    "ge": ("ГЕ", "География"),
    "hi": ("ИС", "История"),
    "so": ("ОБ", "Обществознание"),
    "in": ("ИН", "Информатика"),
    "li": ("ЛИ", "Литература"),
    "en": ("АН", "Английский язык"),
    "de": ("НЕ", "Немецкий язык"),
    "fr": ("ФР", "Французский язык"),
    "wo": ("ОМ", "Окружающий мир"),
}

LEVELS = {"base": "база", "profile": "профиль", "adv": "углублённый"}

# The nine «оценочные процедуры» of the КБР (seed 002).
NINE_SERIES = (
    "vpr-ma-5",
    "vpr-ma-6",
    "vpr-ru-5",
    "vpr-ru-6",
    "oge-ma",
    "oge-ru",
    "ege-ma-base",
    "ege-ma-profile",
    "ege-ru",
)

# Last grade of the school stage to which a series belongs: a nine-year school is not expected
# to have ЕГЭ results, a primary school none of ВПР 5.
_PRIMARY, _BASIC, _SECONDARY = 4, 9, 11

_ID = re.compile(r"^(vpr|oge|ege|gve)-([a-z]{2})(?:-(\d{1,2}))?(?:-(base|profile|adv))?$")


@dataclass(frozen=True)
class Series:
    """One series, parsed from its id.

    Attributes:
        id: machine name.
        exam: `vpr`, `oge`, `ege`, or `gve`: the exam for pupils with special needs, a series only where the
            method counts it apart (R4).
        subject: two letters, a key of `SUBJECTS`.
        grade: grade of the programme (ВПР), 9 or 11 (ГВЭ), else None.
        level: `base`, `profile`, `adv` or None.
    """

    id: str
    exam: str
    subject: str
    grade: int | None = None
    level: str | None = None

    @property
    def stage(self) -> int:
        """Last grade of the school stage that sits this series: 4, 9 or 11."""
        if self.exam == "ege":
            return _SECONDARY
        if self.exam == "oge":
            return _BASIC
        if self.grade is None or self.grade <= _PRIMARY:
            return _PRIMARY
        return _BASIC if self.grade <= _BASIC else _SECONDARY

    @property
    def short(self) -> str:
        """Label for columns and reasons: «ВПР МА 5», «ЕГЭ МА база»."""
        parts = [EXAMS[self.exam], SUBJECTS[self.subject][0]]
        if self.grade is not None:
            parts.append(str(self.grade))
        if self.level is not None:
            parts.append(LEVELS[self.level])
        return " ".join(parts)

    @property
    def title(self) -> str:
        """Label for headings: «ВПР, Математика, 5 класс»."""
        parts = [EXAMS[self.exam], SUBJECTS[self.subject][1].lower()]
        if self.grade is not None:
            parts.append(f"{self.grade} класс")
        if self.level is not None:
            parts.append(LEVELS[self.level])
        return ", ".join(parts)


@lru_cache(maxsize=512)
def parse(series_id: str) -> Series:
    """Series of an id.

    Raises:
        ValueError: the id does not follow the pattern or names an unknown subject.
    """
    match = _ID.match(series_id)
    if match is None or match[2] not in SUBJECTS:
        raise ValueError(
            f"неизвестная серия «{series_id}»: ожидается вид «vpr-ma-5», «oge-ru», «ege-ma-base»"
        )
    exam, subject, grade, level = match.groups()
    return Series(series_id, exam, subject, int(grade) if grade else None, level)


def is_valid(series_id: str) -> bool:
    """Whether `parse` accepts the id."""
    try:
        parse(series_id)
    except ValueError:
        return False
    return True


def make_id(exam: str, subject: str, grade: int | None = None, level: str | None = None) -> str:
    """Id of a series from Russian or machine names: `make_id("ВПР", "Математика", 5)` → `vpr-ma-5`.

    Raises:
        ValueError: the exam or the subject is not known.
    """
    exams = {label.casefold(): key for key, label in EXAMS.items()}
    subjects = {name.casefold(): key for key, pair in SUBJECTS.items() for name in pair}
    exam_key = exams.get(exam.strip().casefold(), exam)
    subject_key = subjects.get(" ".join(subject.split()).casefold(), subject)
    parts = [exam_key, subject_key, str(grade) if grade is not None else None, level]
    return parse("-".join(part for part in parts if part)).id
