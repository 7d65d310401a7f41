"""Pupil-level files as a region receives them, about persons who do not exist."""

from collections.abc import Sequence

SURNAMES = (
    "Секретов",
    "Тaйнова",  # with a Latin letter, which other sheets report by its cell
    "Незримый",
    "Средний",
)
NAMES = ("Аполлинарий", "Евпраксия", "Пантелеймон", "Калерия")
SECOND_NAMES = ("Акакиевич", "Варфоломеевна", "Доримедонтович", "Евлампиевна")
DOCUMENTS = ("734511", "734512", "734513", "734514")
CODES = ("kod7001", "kod7002", "kod7003", "kod7004")
PLANTED = (*SURNAMES[:3], *NAMES, *SECOND_NAMES, *DOCUMENTS, *CODES, "9191")

VPR_2020 = [
    *("groups", "user", "id", "code", "otc", "gender", "klass", "var-1", "var-2", "sum"),
    *(f"a-{task}-grade" for task in range(1, 6)),
    "Учебник",
]
VPR_2021 = [
    *("логин школы", "регион", "номер обучающегося", "код обучающегося"),
    *("отметка за предыдущую четверть/триместр", "пол", "класс", "вариант", "всего баллов"),
    *("балл за 1", "балл за 2", "Учебник", "Др.уч. автор", "Др.уч. название"),
]
VPR_2022 = [
    *("Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "Код", "Вариант"),
    *("1 (1б)", "11.1 (1б)", "5(1) (1б)", "Наименование класса", "Пол"),
    *("Отметка за предыдущий триместр/ четверть/полугодие", "Итого баллов"),
]
F1 = [
    *("ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", "1 (2б)", "2 (1б)"),
    *("Первичный балл", "Отметка", "Отметка по журналу"),
]
# Headings of a protocol stand over merged cells: what is empty here belongs to the heading before it.
PROTOCOL = [
    *("№", "Код ОО", "", "Класс", "", "Код ППЭ", "Аудитория", "Код МСУ", "Фамилия", "", "Имя", "Отчество"),
    *("Задания с кратким ответом", "", "Задания с развёрнутым ответом", "Первичный балл", "", "Оценка"),
]
EGE = ["№", "Код ОО", "Класс", "Фамилия", "Имя", "Отчество", "Первичный балл", "Тестовый/Итоговый балл"]
RCOI = [
    *("SchoolCode", "ClassCode", "SurnameCell", "NameCell", "SecondNameCell", "DocumentSeriesCode"),
    *("DocumentNumberCode", "TestResultBCell", "TestResultCCell", "PrimaryMark", "Mark5"),
]


def of(kind: Sequence[str], who: int) -> str:
    """Name of a person; after the planted ones come numbered ones."""
    return kind[who] if who < len(kind) else f"{kind[who % len(kind)]}{who}"


def vpr_2020(login: str, who: int, total: object, klass: str = "6А", variant: object = 1) -> list[object]:
    code = of(CODES, who)
    return ["reg22", login, 90 + who, code, 3, "m", klass, variant, 2, total, 1, 0, "X", 2, "N", "Макарычев"]


def vpr_2021(login: str, who: int, total: object, klass: str = "5А", variant: object = "1") -> list[object]:
    code = of(CODES, who)
    return [login, 22, who + 1, code, 4, "ж", klass, variant, total, 1, "X", "Макарычев", "", ""]


def vpr_2022(login: str, who: int, total: object, day: str = "05.10.2022") -> list[object]:
    start = [login, 22, "reg220000 | Пробный край", "reg22_m001 | Алейский район", f"{login} | Школа № 7"]
    return [*start, day, of(CODES, who), 1, 1, 0, "Х", "7А", "м", 4, total]


def f1(login: str, who: int, total: object, mark: object, journal: object = 3) -> list[object]:
    start = [login, "Алейский район", "Школа № 1", of(CODES, who), "5А", 1, "X", "Х"]
    return [*start, total, mark, journal]


def f1_titles(
    title: str = "ВПР 2023 Математика 5 класс", most: int = 20, head: Sequence[str] = F1
) -> list[list[object]]:
    return [
        ["Ф1. Индивидуальные результаты"],
        [title],
        ["Предмет", title.split()[2]],
        ["Максимальный первичный балл", most],
        ["Дата", "15.03.2023"],
        ["ОО (edu220001) | Кол-во участников: 12"],
        [*[""] * 6, "Б", "П"],
        list(head),
    ]


def tasks(points: int) -> tuple[str, str]:
    """Strings of the tasks with so many points in geometry, the rest of it nought."""
    short = "+" * 14 + "+" * min(points, 5) + "-" * (5 - min(points, 5))
    return short, "1(2)2(2)0(2)" + "".join(f"{min(2, max(0, points - 5 - 2 * at))}(2)" for at in range(3))


def protocol(
    school: object, who: int, total: object, mark: object, geometry: int | None = None, offset: int = 0
) -> list[object]:
    """A row of a protocol; `offset` moves a cell inside its merged heading."""
    short, extended = ("++++2+", "1(2)2(3)") if geometry is None else tasks(geometry)
    row: list[object] = [who + 1, school, "", "9А", "", 9191, "0101", 5, "", "", of(NAMES, who)]
    row[8 + offset] = of(SURNAMES, who)
    return [*row, of(SECOND_NAMES, who), short, "", extended, total, "", mark]


def ege(school: object, who: int, test: object) -> list[object]:
    return [who + 1, school, "11А", of(SURNAMES, who), of(NAMES, who), of(SECOND_NAMES, who), 10, test]


def rcoi(
    school: object, who: int, total: object, mark: object, tasks: Sequence[str] = ("", "")
) -> list[object]:
    names = [of(SURNAMES, who), of(NAMES, who), of(SECOND_NAMES, who)]
    return [school, "9А", *names, "9191", of(DOCUMENTS, who), *tasks, total, mark]
