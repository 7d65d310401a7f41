"""A sheet in memory, read as the intake reads it."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

from shnor_lib.data.findings import to_frame
from shnor_lib.data.intake import registry
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken
from shnor_lib.data.screening.catalogue import CHECKS

Rows = Sequence[Sequence[object]]


class Read:
    """What the reader that recognised a sheet made of it."""

    def __init__(self, rows: Rows, file: str = "a.xlsx", sheet: str = "Лист1", **notes: str) -> None:
        log = Log(file, sheet)
        cells = [[None if cell == "" else cell for cell in row] for row in rows]
        self.reader, self.taken = registry.read_sheet(Sheet(file, sheet, cells, notes=notes), log)  # type: ignore[arg-type]
        self.findings = to_frame(log.findings)
        assert set(self.findings["check"]) <= set(CHECKS)

    taken: Taken

    def table(self, name: str) -> pd.DataFrame:
        """Rows of a table."""
        return self.taken.tables[name]

    @property
    def faults(self) -> list[tuple[str, int | None, str]]:
        """Check, row and column of everything that is more than a note."""
        told = self.findings[self.findings["severity"] != "info"]
        rows = [None if pd.isna(row) else int(row) for row in told["row"]]
        return list(zip(told["check"], rows, told["column"], strict=True))

    def one(self, check: str) -> Mapping[str, object]:
        """The only finding of a check."""
        (found,) = self.findings[self.findings["check"] == check].to_dict("records")
        return found


_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def write_ods(path: Path, rows: Rows) -> None:
    """The smallest OpenDocument workbook that holds the rows."""
    lines = []
    for row in rows:
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        lines.append(f"<table:table-row>{cells}</table:table-row>")
    kinds = "office", "table", "text"
    names = " ".join(f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in kinds)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="Лист1">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", _MANIFEST)
        book.writestr("content.xml", content)
