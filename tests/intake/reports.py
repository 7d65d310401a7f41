"""Reports of the ФИС ОКО about ВПР as a region downloads them, made from counts."""

from collections.abc import Mapping, Sequence

Cells = list[object]
LOGIN = "edu220001"


def comma(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def share(part: int, whole: int, digits: int = 2) -> str:
    """Per cent with halves rounded up, in integers."""
    unit = 10**digits
    rounded = (200 * unit * part + whole) // (2 * whole)
    return f"{rounded // unit},{rounded % unit:0{digits}d}" if digits else str(rounded)


def titles(name: str, year: int = 2023, grade: int = 5, subject: str = "Математика") -> list[Cells]:
    return [[f"ВПР {year}. {grade} класс"], ["Предмет:", subject], [name], []]


def groups(width: int, filler: object = "10,00") -> list[Cells]:
    """Rows of the sample, the region and a municipality."""
    named = ["Вся выборка", "Пробный край", "reg22_m001 | Алейский район"]
    return [[name, 1, 100, *[filler] * width] for name in named]


def distribution(
    schools: Mapping[str, Sequence[int]], digits: int = 2, year: int = 2023, subject: str = "Математика"
) -> list[Cells]:
    """«Распределение первичных баллов»: numbers of participants by score, printed as per cents."""
    scores = range(len(next(iter(schools.values()))))
    rows = [
        [
            f"{login} | Школа № {login[-1]}",
            1,
            sum(counts),
            *(share(count, sum(counts), digits) for count in counts),
        ]
        for login, counts in schools.items()
    ]
    head = ["Группы участников", "Кол-во ОО", "Кол-во участников", *scores]
    named = titles("Распределение первичных баллов", year, subject=subject)
    return [*named, head, *groups(len(scores)), *rows]


OUTCOMES = (
    "Понизили (Отметка < Отметка по журналу) %",
    "Подтвердили (Отметка = Отметке по журналу) %",
    "Повысили (Отметка > Отметка по журналу) %",
)


def journal_rows(schools: Mapping[str, Sequence[int]], with_counts: bool = True) -> list[Cells]:
    """The shape of the ФИС ОКО: four rows below every group."""
    rows: list[Cells] = []
    labels = {"Пробный край": [10, 80, 10], "reg22_m001 | Алейский район": [10, 80, 10]}
    for login, counts in {**labels, **schools}.items():
        label = f"{login} | Школа" if login.startswith("edu") else login
        total = sum(counts)
        rows.append([label])
        for outcome, count in zip(OUTCOMES, counts, strict=True):
            rows.append([f"  {outcome}", count if with_counts else None, share(count, total)])
        rows.append(["  Всего", total, 100])
    named = titles("Сравнение отметок с отметками по журналу")
    return [*named, ["Группы участников", "Кол-во участников", "%"], *rows]


def journal_columns(schools: Mapping[str, Sequence[object]], both: bool = True) -> list[Cells]:
    """The shape of a region's own export: a row a school, merged headings."""
    start = ["Группы участников", "Кол-во участников"]
    named = titles("Сравнение отметок с отметками по журналу")
    if not both:
        head: list[Cells] = [[*start, *(name.split()[0] + ", %" for name in OUTCOMES)]]
    else:
        head = [
            [*start, "Понизили", None, "Подтвердили", None, "Повысили"],
            [None, None, *["Кол-во", "%"] * 3],
        ]
    rows = [[f"{login} | Школа", *cells] for login, cells in schools.items()]
    return [*named, *head, ["reg22_m001 | Алейский район", 100, *[10] * (6 if both else 3)], *rows]


TASKS = {"1": 1, "2.1": 2, "11К1": 3}


def task_columns(
    schools: Mapping[str, tuple[int, Sequence[int]]],
    tasks: Mapping[str, int] = TASKS,
    maxima: str = "heading",
) -> list[Cells]:
    """«Выполнение заданий», a column a task; points become per cents of what could be had."""
    start = ["Группы участников", "Кол-во ОО", "Кол-во участников"]
    heads = [f"{task} ({most}б)" if maxima == "heading" else task for task, most in tasks.items()]
    rows: list[Cells] = [["Макс. балл", None, None, *tasks.values()]] if maxima == "row" else []
    rows += groups(len(tasks), "50,00")
    for login, (people, points) in schools.items():
        shares = [share(got, people * most) for got, most in zip(points, tasks.values(), strict=True)]
        rows.append([f"{login} | Школа", 1, people, *shares])
    return [*titles("Выполнение заданий"), [*start, *heads], *rows]


def task_rows(schools: Mapping[str, tuple[int, Sequence[int]]]) -> list[Cells]:
    """«Выполнение заданий», a row a task."""
    head = ["Группы участников", "Кол-во участников", "№ задания", "Проверяемые умения", "Уровень"]
    rows: list[Cells] = []
    for login, (people, points) in {"Пробный край": (100, (50, 60, 70)), **schools}.items():
        for at, (got, (task, most)) in enumerate(zip(points, TASKS.items(), strict=True)):
            label = (f"{login} | Школа" if login.startswith("edu") else login) if at == 0 else None
            level = ["Б", "П", "В"][at]
            cells = [label, people if at == 0 else None, task, f"Умение {task}", level, most]
            rows.append([*cells, share(got, people * most)])
    return [*titles("Выполнение заданий"), [*head, "Макс. балл", "% выполнения"], *rows]
