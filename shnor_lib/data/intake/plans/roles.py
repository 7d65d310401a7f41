"""A plan names offices and roles, never persons (METHODOLOGY §4.4, R25).

In:   words of a roadmap.
Out:  `without_persons`, the words without names, telephones and mail of persons, and whether there were any.
Not:  rare spellings: a name is told by its initials, its patronymic, a usual ending of a surname before
      another capitalised word, or a role before two of them. A school named after somebody keeps its name.
"""

import re

_NAME = r"[А-ЯЁ][а-яё]++(?:-[А-ЯЁ][а-яё]++)?+"
_LOUD = r"[А-ЯЁ]{4,}+(?:-[А-ЯЁ]{3,}+)?+"  # ИВАНОВА; shorter words are offices: УО, ТМС
_INITIALS = r"[А-ЯЁ]\.\s?[А-ЯЁ]\."
_AFTER = rf"(?!\s?{_NAME}(?!\s+[А-ЯЁ]\.))"  # «Директор И.И. Иванов»: the initials belong to what follows
_PATRONYMIC = r"[А-ЯЁ][а-яё]*(?:вич(?:а|у|ем|е)?|вн[аыеу]|вной|ичн[аыеу]|ичной)"
_SURNAME = r"[А-ЯЁ][а-яё]*(?:ов|ова|овой|ову|ев|ева|евой|ёв|ёва|ин|ина|иной|ко|ук|юк|ян|дзе|швили)"
_ROLE = (
    r"(?:[Уу]чени[кц]|[Оо]бучающ|[Вв]оспитанни[кц]|[Уу]чител|[Пп]едагог|[Дд]иректор|[Мм]етодист|[Рр]одител)"
    r"[а-яё]*"
)
_TELEPHONE = r"(?:тел(?:ефон)?\.?:?\s*)?(?<!\d)(?:\+7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)"
_ADDRESS = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_HONOURED = r"(?<!им\.)(?<!им\.\s)(?<!имени\s)"  # a school named after somebody
_PERSON = re.compile(
    rf"{_TELEPHONE}|{_ADDRESS}"
    rf"|(?:{_NAME}|{_LOUD})\s+{_INITIALS}{_AFTER}"  # Иванов И.И.
    rf"|{_HONOURED}{_INITIALS}\s?(?:{_NAME}|{_LOUD})"  # И.И. Иванов
    rf"|{_NAME}\s+[А-ЯЁ]\.(?!\s?[А-ЯЁ])"  # Иванов И.
    rf"|(?:{_NAME}\s+){{1,2}}(?:{_PATRONYMIC})(?:\s+{_SURNAME})?(?![а-яё])"  # Иванова Мария Петровна
    rf"|(?:{_NAME}\s+){{1,2}}[А-ЯЁа-яё]+\s+(?:оглы|кызы)(?![а-яё])"
    rf"|(?!(?:[А-ЯЁ][а-яё]+(?:телей|торов|истов|ников|гогов|логов))\s){_SURNAME}\s+[А-ЯЁ][а-яё]+(?![а-яё])"
)
_OF_ROLE = re.compile(rf"({_ROLE})\s+{_NAME}\s+{_NAME}(?![а-яё])")  # ученик Незримый Пантелеймон
_EMPTY = re.compile(r"\(\s*[,;]?\s*\)")
_SEPARATORS = re.compile(r"\s*([,;])\s*(?:[,;]\s*)+")


def without_persons(words: str) -> tuple[str, bool]:
    """Words without names of persons: «директор Иванова М.П., УО» → («директор, УО», True)."""
    kept, times = _OF_ROLE.subn(r"\1", words)
    kept, more = _PERSON.subn(" ", kept)
    if not times + more:
        return words, False
    kept = _EMPTY.sub(" ", kept)
    kept = re.sub(r"\s+([,;.)])", r"\1", re.sub(r"\s+", " ", kept))
    kept = _SEPARATORS.sub(r"\1 ", kept)
    return kept.strip(" ,;.–—-"), True
