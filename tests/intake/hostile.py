"""Files that are made to do harm, or came to harm on their way, and what is said of each."""

import copy
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from tests.intake.conftest import statistics

GOOD = ["sch220001 | Школа № 1", None, 20, "10,00", "40,00", "30,00", "20,00"]
XLS = Path(__file__).parents[1] / "fuzz" / "statistics.xls"
SHEET = "xl/worksheets/sheet1.xml"
DTD = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 99 + b'"><!ENTITY c "' + b"&b;" * 99 + b'">]>'
OUTSIDE = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def book() -> bytes:
    """A report as it should be."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        page = made.add_worksheet("Лист1")
        for at, row in enumerate(statistics(GOOD)):
            for column, cell in enumerate(row):
                if cell not in (None, ""):
                    page.write(at, column, cell)
    return stream.getvalue()


def repacked(members: dict[str, bytes | None], whole: bytes | None = None) -> bytes:
    """The report with some members put in place of its own, added, or (None) left out."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole or book())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *members]):
            body = members[name] if name in members else old.read(name)
            if body is not None:
                new.writestr(name, body)
    return stream.getvalue()


def sheet(change: Callable[[bytes], bytes], name: str = SHEET) -> bytes:
    """The report with one member changed."""
    with zipfile.ZipFile(io.BytesIO(book())) as old:
        return repacked({name: change(old.read(name))})


def declared(size: int) -> bytes:
    """The report whose sheet says that it unpacks into so many bytes."""
    body = bytearray(book())
    entry = body.rindex(SHEET.encode()) - 46  # in the central directory
    assert body[entry : entry + 4] == b"PK\x01\x02"
    body[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    return bytes(body)


def one_over_another() -> bytes:
    """Members that share their bytes: the archive is small, what comes out of it is not."""
    stream = io.BytesIO(book())
    with zipfile.ZipFile(stream, "a") as archive:
        for at in range(99):
            twin = copy.copy(archive.getinfo("xl/styles.xml"))
            twin.filename = f"xl/{at}.xml"
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
        archive._didModify = True  # type: ignore[attr-defined]
    return stream.getvalue()


def locked() -> bytes:
    """The archive says of its members that they need a password."""
    body = bytearray(book())
    for match in re.finditer(rb"PK\x01\x02", bytes(body)):
        body[match.start() + 8] |= 1
    return bytes(body)


def ods(content: str, manifest: str = "") -> bytes:
    """A table of OpenDocument with these rows."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
            f'<table:table table:name="Лист">{content}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


def ods_rows(rows: list[list[object]]) -> str:
    """Rows of texts in the words of OpenDocument."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    empty = "<table:table-cell/>"
    return "".join(
        "<table:table-row>"
        + "".join(empty if one in (None, "") else cell.format(one) for one in row)
        + "</table:table-row>"
        for row in rows
    )


def many(times: str, inner: str) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{inner}</table:table-row>'


FILLED = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
FAR = '<table:table-cell table:number-columns-repeated="900000"/>' + FILLED


def compound(change: Callable[[bytearray], object]) -> bytes:
    """The report in the format of old Excel, damaged."""
    body = bytearray(XLS.read_bytes())
    change(body)
    return bytes(body)


def _password(body: bytearray) -> None:
    record = body.index(b"\x09\x08\x10\x00") + 20  # what follows the beginning of the workbook
    body[record : record + 2] = b"\x2f\x00"


def _texts(body: bytearray) -> None:
    record = body.index(b"\xfc\x00", body.index(b"\x09\x08\x10\x00")) + 8
    body[record : record + 4] = b"\xff\xff\xff\x7f"


def _far(body: bytearray) -> None:
    record = body.index(b"\x09\x08\x10\x00", body.index(b"\x09\x08\x10\x00") + 20) + 20
    body[record : record + 8] = b"\x03\x02\x0e\x00\xff\xff\xff\xff"  # a number in the last row and column


def _ring(body: bytearray) -> None:
    table = (int.from_bytes(body[0x4C:0x50], "little") + 1) * 512
    for sector in range(128):
        body[table + 4 * sector : table + 4 * sector + 4] = sector.to_bytes(4, "little")


def _doctype(kind: bytes, encoding: str = "utf-8") -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        head, _, rest = body.partition(b"?>")
        made = head.replace(b"UTF-8", encoding.encode()) + b"?>" + kind + rest.replace(b"Z</", b"&c;</")
        return made.decode().encode(encoding)

    return change


def _row(address: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(
        b"</sheetData>", f'<row r="{address[-9:]}"><c r="{address}"><v>1</v></c></row></sheetData>'.encode()
    )


_ENDLESS = b"<row><c><v>1</v></c></row>"
PASSWORD, BROKEN, ABSURD, SAVED = "защищён паролем", "повреждён или оборван", "не открыт", "сжат так сильно"
NAMED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.xlsx": (lambda: repacked({SHEET: b" " * (64 << 20)}), SAVED),
    "declared.xlsx": (lambda: declared(0xF0000000), "после распаковки он больше"),
    "says less.xlsx": (lambda: declared(100), "больше, чем в нём заявлено"),
    "says more.xlsx": (lambda: declared(1 << 20), BROKEN),
    "one over another.xlsx": (one_over_another, "наложены одна на другую"),
    "many parts.xlsx": (lambda: repacked({f"{at}": b"" for at in range(6000)}), "частей"),
    "locked.xlsx": (locked, PASSWORD),
    "entities.xlsx": (lambda: sheet(_doctype(DTD)), "DTD"),
    "entities outside.xlsx": (lambda: sheet(_doctype(OUTSIDE)), "DTD"),
    "entities in utf-16.xlsx": (lambda: sheet(_doctype(DTD, "utf-16")), "DTD"),
    "entities in strings.xlsx": (lambda: sheet(_doctype(DTD), "xl/sharedStrings.xml"), "DTD"),
    "entities in workbook.xlsx": (lambda: sheet(_doctype(DTD), "xl/workbook.xml"), "DTD"),
    "far row.xlsx": (lambda: sheet(_row("ALL999999999")), ABSURD),
    "far column.xlsx": (lambda: sheet(_row("XFD20")), "столбцов"),
    "no addresses.xlsx": (
        lambda: sheet(
            lambda body: body.replace(b"</sheetData>", _ENDLESS * 10 + b"<c/>" * 5000 + b"</sheetData>")
        ),
        "",
    ),
    "wide.xlsx": (
        lambda: sheet(
            lambda body: body.replace(
                b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * 100_000 + b"</row></sheetData>"
            )
        ),
        ABSURD,
    ),
    "texts.xlsx": (
        lambda: sheet(
            lambda body: re.sub(rb'uniqueCount="\d+"', b'uniqueCount="9999999999"', body),
            "xl/sharedStrings.xml",
        ),
        "больше текстов, чем есть",
    ),
    "texts.xls": (lambda: compound(_texts), BROKEN),
    "no sheet.xlsx": (lambda: repacked({SHEET: None}), BROKEN),
    "torn.xlsx": (lambda: book()[:-400], BROKEN),
    "torn xml.xlsx": (lambda: sheet(lambda body: body[: len(body) // 2]), BROKEN),
    "no sheets.xlsx": (
        lambda: sheet(lambda body: re.sub(rb"<sheet .*?/>", b"", body), "xl/workbook.xml"),
        "нет ни одного листа",
    ),
    "letter.xlsx": (
        lambda: repacked({"word/document.xml": b"<w/>", "xl/workbook.xml": None}),
        "документ Word",
    ),
    "files.xlsx": (lambda: _zip("a.csv", b"1;2"), "архив ZIP"),
    "page.xls": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "веб-страница"),
    "paper.xlsx": (lambda: b"%PDF-1.7\n", "документ PDF"),
    "mail.csv": (lambda: b"From: a@b\nMIME-Version: 1.0\n\n", "электронное письмо"),
    "picture.csv": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "изображение"),
    "far row.ods": (lambda: ods(many("1048576", FILLED) * 30), ABSURD),
    "far column.ods": (lambda: ods(many("1", FAR)), "столбцов"),
    "locked.ods": (lambda: ods("", "<encryption-data/>"), PASSWORD),
    "torn.ods": (lambda: ods("<table:table-row>"), BROKEN),
    "locked.xls": (lambda: compound(_password), PASSWORD),
    "locked new.xls": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        PASSWORD,
    ),
    "far.xls": (lambda: compound(_far), BROKEN),
    "ring.xls": (lambda: compound(_ring), BROKEN),
    "torn.xls": (lambda: XLS.read_bytes()[:3000], BROKEN),
    "head only.xls": (lambda: XLS.read_bytes()[:8], BROKEN),
    "noise.xls": (lambda: XLS.read_bytes()[:512] + bytes(range(256)) * 20, BROKEN),
    "one line.csv": (lambda: b"a;" * 3_000_000, ABSURD),
    "wide.csv": (lambda: b";".join([b"1"] * 100_000) + b"\n", "столбцов"),
    "quote.csv": (lambda: b'a;b\n1;"' + b"x\n" * 200_000, ""),
    "binary.csv": (lambda: b"a;b\x00c\n1;2\n", "не таблица"),
    "nothing.csv": (lambda: b"", "пуст"),
    "noise.csv": (lambda: bytes(range(1, 256)) * 40, ""),
}


def _zip(name: str, body: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, body)
    return stream.getvalue()


def main(folder: Path) -> None:
    """Read all of them in one process and print by how many MB its memory has grown at most."""
    import resource

    from shnor_lib.data.intake import one_file
    from shnor_lib.data.intake.file_notes import Notes

    for name, (make, _) in NAMED.items():
        (folder / name).write_bytes(make())
    names = ["a.xlsx", *NAMED]
    (folder / "a.xlsx").write_bytes(book())
    for at, name in enumerate(names):
        path = folder / name
        one_file.read(one_file.Job(path, name, Notes(), one_file.content(path)))
        if at == 0:  # what an honest file takes
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)


if __name__ == "__main__":
    import sys

    main(Path(sys.argv[1]))
