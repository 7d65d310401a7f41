"""Names of schools as people write them, brought to the form in which they are compared.

In:   names of schools and of their municipalities.
Out:  `normal`, the compared form; `numbers` and `kind` of it; `is_school`, whether a cell names a school.
Rule: the compared form serves proposals only: two schools of the same name stay two (R17).
"""

import re
from functools import lru_cache

from shnor_lib.data.schools import municipality_key

_TO_CYRILLIC = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_SIGNS = re.compile(r"[^0-9a-zа-я]+")
# A legal form says nothing of the school: it changes when the school does not.
_FORMS = re.compile(
    r"\b(?:[омк]?г|м|ч|а)?(?:б|к|а)?н?о{1,2}у\b"
    r"|\b(?:муниципальн|государственн|краев|областн|республиканск|районн|городск|бюджетн|казенн|автономн|частн)"
    r"\w*(?=(?: \w+)* (?:учрежден|организац)\w*)"
    r"|\b(?:общеобразовательн|образовательн)\w* (?:учрежден|организац)\w*"
)
_KINDS = (  # the longest wording first
    (re.compile(r"\bсредн\w* (?:полн\w* )?(?:общеобразовательн\w* )?школ\w*|\bс(?:о)?ш\b"), "сш"),
    (re.compile(r"\b(?:основн\w*|неполн\w* средн\w*) (?:общеобразовательн\w* )?школ\w*|\bо(?:о)?ш\b"), "ош"),
    (re.compile(r"\bначальн\w* (?:общеобразовательн\w* )?школ\w*|\bн(?:о)?ш\b"), "нш"),
    (re.compile(r"\bгимнази\w*"), "гимназия"),
    (re.compile(r"\bлице\w*"), "лицей"),
    (re.compile(r"\b(?:(?:(?:обще)?образовательн\w* )?школ\w* )?интернат\w*"), "интернат"),
    (re.compile(r"\b(?:обще)?(?:образовательн\w* )?школ\w*"), "школа"),
)
_IDLE = re.compile(
    r"\b(?:им|имени|г|гор|город|города|городского|с|село|села|п|пос|поселок|поселка|р|н|район)\b"
)
# «Республики Дагестан», «Тляратинского района»: where a school lies is told by its municipality.
_WHERE = re.compile(
    r"\bреспублики \w+|\b\w+(?:ского|цкого) (?:муниципального )?(?:района|округа|края)\b|\b\w+ской области\b"
)
_NUMBER = re.compile(r"\d+")
_SPECIFIC = ("сш", "ош", "нш", "гимназия", "лицей", "интернат")
_LONGEST = 400  # letters of the longest name of a school; more is a remark
_FEW = 4  # letters of a stem of a municipality's name at least

_SCHOOL_WORD = re.compile(
    r"школ|гимнази|лице[йяею]|интернат|прогимнази|кадет|училищ|техникум|колледж|корпус|учрежден|"
    r"образовательн|центр образован|комплекс|№|\bшк\b|\b[мгча]?[бка]?н?о{1,2}у\b|\b[сон]о?ш\b"
)
_ROLE = re.compile(
    r"\b(?:учител\w+|директор\w*|завуч\w*|педагог\w*|воспитател\w+|психолог\w*|логопед\w*|дефектолог\w*|методист\w*"
    r"|тьютор\w*|классн\w+ руководител\w+|заместител\w+|зам)\b"
)
_PATRONYMIC = re.compile(r"\b[а-я]{3,}(?:вич|вна|ична|чна)\b")
_INITIALS = re.compile(r"\b[а-я]{3,}(?:-[а-я]+)? (?!г\. ?[оп]|с\. ?[оп]|п\. ?г)[а-я]\. ?[а-я]\.")
_NAMED_AFTER = re.compile(r"\b(?:им\.?|имени)\s")


def _plain(name: str) -> str:
    """Lower case, ё as е, Latin look-alikes among Cyrillic letters as Cyrillic ones."""
    words = [word.translate(_TO_CYRILLIC) if _CYRILLIC.search(word) else word for word in name.split()]
    # A word of look-alikes only, such as «COШ» typed on the wrong layout, stands beside Cyrillic words.
    if any(map(_CYRILLIC.search, words)):
        words = [word.translate(_TO_CYRILLIC) for word in words]
    return " ".join(words).casefold().replace("ё", "е")


@lru_cache(maxsize=1 << 16)
def normal(name: str, municipality: str = "") -> str:
    """A name in its compared form: «МБОУ "Алейская СОШ №1"» → «алейская сш 1».

    Legal forms, quotes, «№», words such as «имени» and the name of the municipality, where it is no part of
    the name proper («… Алейского района»), are left out; kinds of schools are shortened.

    Args:
        name: as written.
        municipality: name of the municipality, if known.
    """
    plain = _SIGNS.sub(" ", _plain(name)).strip()
    while (shorter := _shortened(plain, municipality)) != plain:
        plain = shorter
    return plain


def without_honour(name: str, municipality: str = "") -> str:
    """The compared form without what a school is named after: «СОШ № 4 имени Героя …» → «сш 4».

    A name of which nothing but the kind of the school would be left stays whole.
    """
    words = " ".join(name.split())
    after = _NAMED_AFTER.search(words.casefold())
    short = normal(words[: after.start()], municipality) if after else ""
    return short if len(short.split()) > 1 else normal(name, municipality)


def _shortened(plain: str, municipality: str) -> str:
    for pattern, short in _KINDS:
        plain = pattern.sub(short, plain)
    plain = _FORMS.sub(" ", plain)
    plain = _WHERE.sub(" ", plain)
    plain = _IDLE.sub(" ", _without_municipality(" ".join(plain.split()), municipality))
    words = [word.lstrip("0") or "0" if word.isdigit() else word for word in plain.split()]
    words = [word for word in words if word.isdigit() or len(word) > 1]  # initials, «с», «п»
    return " ".join(words)


def _without_municipality(plain: str, municipality: str) -> str:
    """«сш 5 алейского района» → «сш 5», but «алейская сш» stays: it is the name of the school."""
    stems = [
        word[: max(_FEW, len(word) - 2)]
        for word in re.split(r"[\s-]+", municipality_key(municipality))
        if len(word) >= _FEW and word not in ("район", "округ", "городской", "муниципальный")
    ]
    for stem in stems:
        place = re.escape(stem)
        plain = re.sub(rf"\b{place}\w* (?:муниципальн\w* )?(?:район\w*|округ\w*)", " ", plain)
        plain = re.sub(rf"\b(?:г|гор|город\w*) {place}\w*", " ", plain)
    return " ".join(plain.split())


@lru_cache(maxsize=1 << 16)
def numbers(normal_name: str) -> frozenset[str]:
    """Numbers in a compared form: schools of different numbers are different schools."""
    return frozenset(_NUMBER.findall(normal_name))


@lru_cache(maxsize=1 << 16)
def kind(normal_name: str) -> str:
    """Kind of school that a compared form names: `сш`, `ош`, `нш`, …, empty where it names none."""
    words = normal_name.split()
    return next((word for word in _SPECIFIC if word in words), "")


def is_school(name: str) -> bool:
    """Whether a cell names a school; a person, a role or a free remark is none.

    Cells that are not names of schools are never repeated in proposals and messages: they may name people.
    """
    plain = _plain(name)
    if len(plain) > _LONGEST or not _SCHOOL_WORD.search(plain):
        return False
    if _ROLE.search(plain) or _PATRONYMIC.search(plain):
        return False
    after = _NAMED_AFTER.search(plain)
    return not _INITIALS.search(plain[: after.start()] if after else plain)
