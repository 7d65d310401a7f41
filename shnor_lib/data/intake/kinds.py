"""What a file is by its first bytes, whatever its name says; tables go on, the rest is named for a person.

In:   the first bytes of a file.
Out:  `foreign`: what a file is that is no table, and what to do with it, in Russian; None for text.
Not:  archives and compound files, which are looked into (see `archive`, `compound`).
"""

import re

HEAD = 4096  # bytes that are looked at
ARCHIVE = b"PK"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SEND_TABLE = "Нужна сама таблица: книга Excel (.xlsx, .xls), .ods или текст CSV."
_UNPACK = "Распакуйте архив и положите файлы из него."
_SAVE_AS = "Откройте его в Excel и сохраните как «Книга Excel (.xlsx)»."
_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "документ PDF", _SEND_TABLE),
    (b"{\\rtf", "документ RTF", _SEND_TABLE),
    (b"Rar!\x1a\x07", "архив RAR", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "архив 7-Zip", _UNPACK),
    (b"\x1f\x8b", "архив GZIP", _UNPACK),
    (b"BZh", "архив BZIP2", _UNPACK),
    (b"\xfd7zXZ", "архив XZ", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "архив Zstandard", _UNPACK),
    (b"\x89PNG", "изображение", _SEND_TABLE),
    (b"\xff\xd8\xff", "изображение", _SEND_TABLE),
    (b"GIF8", "изображение", _SEND_TABLE),
    (b"II*\x00", "изображение", _SEND_TABLE),
    (b"MM\x00*", "изображение", _SEND_TABLE),
    (b"RIFF", "изображение или запись", _SEND_TABLE),
    (b"PAR1", "файл Parquet", "Выгрузите таблицу как CSV."),
    (b"SQLite format 3", "база данных", "Выгрузите таблицу как CSV."),
    (b"MZ", "программа", "Уберите её из папки."),
    (b"\x7fELF", "программа", "Уберите её из папки."),
    (b"\x09\x00\x04\x00", "книга очень старого Excel", _SAVE_AS),
    (b"\x09\x02\x06\x00", "книга очень старого Excel", _SAVE_AS),
    (b"\x09\x04\x06\x00", "книга очень старого Excel", _SAVE_AS),
)
_MAIL = re.compile(
    rb"^(return-path|received|delivered-to|from|message-id|mime-version|x-[a-z-]+|date|subject):\s",
    re.IGNORECASE,
)
_HTML = re.compile(rb"^(<!doctype\s+html|<html|<table|<meta|<head|<style|<body)", re.IGNORECASE)


def foreign(start: bytes) -> tuple[str, str] | None:
    """What a file is that holds no table, and what to do; None where it may be text.

    Args:
        start: up to `HEAD` first bytes.
    """
    for sign, kind, action in _STARTS:
        if start.startswith(sign):
            return kind, action
    if start[4:8] == b"ftyp":
        return "изображение или запись", _SEND_TABLE
    words = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if words[:1] in (b"<", b"\x00") or b"<\x00" in start[:4]:
        return _markup(words.replace(b"\x00", b""))
    if words[:2] in (b'{"', b"[{", b"{\n", b"{\r", b"[\n"):
        return "файл JSON", "Выгрузите таблицу как CSV или XLSX."
    if _MAIL.match(words) and b"mime-version:" in words.lower():
        if b"x-document-type: workbook" in words.lower():
            return "веб-архив Excel", _SAVE_AS
        return "электронное письмо", "Сохраните вложения письма и положите их."
    return None


def _markup(words: bytes) -> tuple[str, str] | None:
    if _HTML.match(words):
        return "веб-страница (HTML), хотя имя может быть как у книги Excel", _SAVE_AS
    if not words.startswith(b"<?xml"):
        return None
    if b"urn:schemas-microsoft-com:office:spreadsheet" in words:
        return "таблица XML 2003", _SAVE_AS
    if b"opendocument" in words:
        return "таблица OpenDocument в одном XML (.fods)", "Сохраните её как .ods или .xlsx."
    return ("веб-страница (HTML)", _SAVE_AS) if b"<html" in words.lower() else ("файл XML", _SEND_TABLE)
