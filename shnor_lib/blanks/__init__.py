"""Workbooks to be filled in by municipalities and schools, with their schools already in them.

In:   a region; the forms of `data.blank_forms`.
Out:  `write`, one folder a municipality, one workbook a form.
Not:  reading them back: a filled form laid into `data/raw` is read like any other file.
"""

from collections.abc import Sequence
from pathlib import Path

from shnor_lib import atomic
from shnor_lib.blanks.book import workbook
from shnor_lib.blanks.prefill import parameters, rows
from shnor_lib.data.blank_forms import FORMS
from shnor_lib.errors import InputError, SelectionError
from shnor_lib.region import Region

__all__ = ["write"]


def write(
    region: Region, folder: Path, year: int | None = None, forms: Sequence[str] = (), listed: bool = False
) -> list[Path]:
    """Write the forms of every municipality of a region, or of the one it is limited to.

    Args:
        region: the schools, the method, and the calendar of procedures.
        folder: a folder for each municipality is made in it; forms of the same name are replaced.
        year: year of the forms, in which the school year ends; the newest one by default.
        forms: ids of `FORMS`; all of them by default.
        listed: only schools that are on the list of ШНОР of the year.

    Returns:
        Files written, in order.

    Raises:
        SelectionError: no such form.
        InputError: the disk does not take the files.
    """
    unknown = [name for name in forms if name not in FORMS]
    if unknown:
        known = ", ".join(f"{form.id} («{form.title}»)" for form in FORMS.values())
        raise SelectionError(f"Формы «{unknown[0]}» нет. Есть: {known}.")
    wanted = year or region.latest_year
    ids = [region.scope.id] if region.scope else region.municipalities["municipality_id"].to_list()
    written = []
    for municipality_id in ids:
        place = region.municipality(municipality_id)
        home = folder / municipality_id
        for name in forms or FORMS:
            form = FORMS[name]
            filled = rows(place, form, wanted, listed)
            if not filled:
                continue
            path = home / f"{form.file}.xlsx"
            threshold = place.method.identification.threshold_percent
            deficits = place.method.deficits
            heading = f"{form.title}: {place.title}, {wanted} год"
            book = workbook(form, filled, heading, threshold, parameters(place), deficits)
            try:
                home.mkdir(parents=True, exist_ok=True)
                with atomic.aside(path) as fresh:
                    fresh.write_bytes(book)
            except OSError as error:
                raise InputError(f"Форма не записана в «{path}»: {atomic.reason(error)}.") from error
            written.append(path)
    return written
