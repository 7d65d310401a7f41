"""Which defects go into which files: a few a file, as real files have them (METHODOLOGY §7.6).

In:   grids of one kind.
Out:  the same grids, spoilt, every defect noted by the planter.
Not:  how a defect is planted (see `defects`).
"""

from collections.abc import Sequence

from shnor_lib.data.demo import layouts, passports
from shnor_lib.data.demo.defects import FOREIGN_LOGIN, FOREIGN_SCHOOL, Planter
from shnor_lib.data.demo.grid import Cell, Grid
from shnor_lib.data.demo.objectivity import DOUBLED_YEAR

_FIRST_COUNT = 5  # the first indicator of a passport stands after login, name, municipality, year, pupils
_SUDDEN_FROM = 8
_OUT_BY = 4.0  # per cent points by which a spoilt share is off


def spoil_statistics(planter: Planter, grids: Sequence[Grid]) -> None:
    """«Статистика по отметкам»: one to three defects a workbook, kinds in turn."""
    group = layouts.GROUP
    for number, grid in enumerate(grids):
        if number % 2 == 0:
            planter.double_row(grid)
        if number % 3 == 0:
            planter.change(grid, "2", "text_in_number", _letter_for_digit, fits=lambda cell: "0" in str(cell))
        if number % 3 == 1:
            planter.change(grid, "3", "percents_do_not_close", _off)
        if number % 4 == 1:
            planter.nbsp(grid, group)
        if number % 4 == 2:
            planter.latin_letters(grid, group)
        if number % 4 == 3:
            planter.empty_row(grid)
        if number % 5 == 2:
            planter.total_row(grid, ["Итого", None, _total(grid, layouts.PARTICIPANTS)])
        if number == 5:
            planter.foreign_row(grid, {group: f"{FOREIGN_LOGIN} | {FOREIGN_SCHOOL}"})


def spoil_long_forms(planter: Planter, grids: Sequence[Grid]) -> None:
    """The long form: more people touch it, so more goes wrong."""
    count = layouts.PARTICIPANTS
    for number, grid in enumerate(grids):
        planter.double_row(grid)
        planter.change(grid, "3", "marks_do_not_close", lambda cell: _whole(cell) + 3)
        planter.text_in_number(grid, count, lambda cell: f"{cell} чел.")
        planter.nbsp(grid, "Муниципалитет")
        planter.city_prefix(grid, "Муниципалитет")
        planter.latin_letters(grid, "ОО")
        planter.change(grid, "Год", "year_as_text", lambda cell: f"{_whole(cell) - 1}/{cell}")
        if number == 0:
            planter.empty_row(grid)
        if number == 1:
            planter.foreign_row(
                grid, {"Логин": FOREIGN_LOGIN, "ОО": FOREIGN_SCHOOL, "Муниципалитет": "город Дальнегорье"}
            )
        cells: list[Cell] = [None] * len(grid.columns)
        cells[0], cells[grid.columns.index(count)] = "Итого", _total(grid, count)
        planter.total_row(grid, cells)


def spoil_reports(planter: Planter, grids: Sequence[Grid]) -> None:
    """Reports about scores and tasks: a repeated row, a share that is off, letters in numbers."""
    for grid in grids:
        numbers = [name for name in grid.columns if name[0].isdecimal()]
        if not numbers:
            continue  # the comparison with the journal has several rows a school
        column = numbers[len(numbers) // 2]
        planter.double_row(grid)
        planter.nbsp(grid, layouts.GROUP)
        planter.change(grid, column, "text_in_number", _letter_for_digit, fits=lambda cell: "0" in str(cell))
        if "0" in numbers:
            planter.change(grid, column, "percents_do_not_close", _off)


def spoil_passports(planter: Planter, grids: Sequence[Grid]) -> None:
    """Social passports: texts in cells, counts above the pupils, sudden changes, empty reports of zeros."""
    half = len(grids) // 2
    for number, grid in enumerate(grids):
        count = grid.columns[_FIRST_COUNT + number % len(passports.INDICATORS)]
        planter.text_in_number(grid, count, (lambda cell: "нет", lambda cell: f"{cell} чел.")[number % 2])
        if number % 4 == 0:
            _over_pupils(planter, grid)
        if number % 4 == 1 or number == 0:
            _zeros(planter, grid)
        if number >= half and number % 2 == 0:
            _sudden_change(planter, grid)
        if number % 5 == 2:
            total: list[Cell] = ["Итого", *[None] * (len(grid.columns) - 1)]
            for column in range(_FIRST_COUNT - 1, len(total)):
                total[column] = _total(grid, grid.columns[column])
            planter.total_row(grid, total)
        if number % 5 == 3:
            planter.empty_row(grid)
        if number % 5 == 4:
            planter.city_prefix(grid, grid.columns[2])


def spoil_context(planter: Planter, grid: Grid) -> None:
    """The context form: numbers with words."""
    teachers = next(name for name in grid.columns if name.startswith("Сколько всего в школе учителей"))
    planter.text_in_number(grid, teachers, lambda cell: f"{cell} чел.")


def spoil_cards(planter: Planter, grids: Sequence[Grid]) -> None:
    """Diagnostic cards: numbers with words, a row sent twice."""
    for number, grid in enumerate(grids):
        planter.text_in_number(grid, "Количество", lambda cell: f"{cell} чел.")
        if number % 2 == 0:
            planter.double_row(grid)


def note_doubled_year(planter: Planter, grid: Grid) -> None:
    """Note the rows of the list that stand twice: the second of each pair."""
    before: list[Cell] = []
    for row in grid.rows:
        if row.cells == before and row.cells[0] == str(DOUBLED_YEAR):
            planter.note(grid, row, "", "doubled_year", row.cells[1], None)
        before = row.cells


def _letter_for_digit(cell: Cell) -> str:
    """«40,50» → «4о,5о»: the letter «о» for nought."""
    return str(cell).replace("0", "о")


def _off(cell: Cell) -> str:
    """A per cent that is off by some points, still a per cent."""
    value = float(str(cell).replace(",", "."))
    value += _OUT_BY if value < 100 - _OUT_BY else -_OUT_BY
    return f"{value:.2f}".replace(".", ",")


def _whole(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0


def _total(grid: Grid, column: str) -> int:
    index = grid.columns.index(column)
    return sum(_whole(row.cells[index]) for row in grid.rows if row.school_id)


def _over_pupils(planter: Planter, grid: Grid) -> None:
    """One category above the pupils of the school, as when families are counted or a digit slips in."""
    rows = grid.school_rows()
    if not rows:
        return
    row = rows[int(planter.rng.integers(len(rows)))]
    column, pupils = _FIRST_COUNT + 1, _whole(row.cells[_FIRST_COUNT - 1])
    original, row.cells[column] = row.cells[column], pupils + 7
    planter.note(grid, row, grid.columns[column], "count_over_pupils", row.cells[column], original)


def _zeros(planter: Planter, grid: Grid) -> None:
    """A passport in which every category is nought."""
    rows = grid.school_rows()
    if not rows:
        return
    row = rows[int(planter.rng.integers(len(rows)))]
    row.cells[_FIRST_COUNT:] = [0] * (len(row.cells) - _FIRST_COUNT)
    planter.note(grid, row, "", "all_zero_passport", 0, None)


def _sudden_change(planter: Planter, grid: Grid) -> None:
    """A category three and a half times that of the year before, still below the pupils."""
    column = _FIRST_COUNT
    fit = [
        row
        for row in grid.school_rows()
        if _whole(row.cells[column]) >= _SUDDEN_FROM
        and 4 * _whole(row.cells[column]) < _whole(row.cells[_FIRST_COUNT - 1])
    ]
    if not fit:
        return
    row = fit[int(planter.rng.integers(len(fit)))]
    original = row.cells[column]
    row.cells[column] = round(3.6 * _whole(original))
    planter.note(grid, row, grid.columns[column], "sudden_change", row.cells[column], original)
