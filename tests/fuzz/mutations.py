"""Ways in which a file comes to harm: on its way, in the hands of a person, or on purpose."""

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence

from tests.fuzz.seeds import Seed

Mutation = Callable[[random.Random, bytes, Sequence[Seed]], bytes]
NASTY = (
    *("", " ", "\u00a0", "0", "-1", "1e999", "NaN", "inf", "1e308", "9" * 40, "99999999999", "0,1", "1,5,5"),
    *("=1+1", "@SUM(A1)", "#ССЫЛКА!", "#N/A", "н/д", "—", "2022-13-45", "31.02.2020", "00:00", "true", "Да"),
    *(
        "А" * 3000,
        "\u202e123",
        "\ufeff",
        "\ud7ff",
        "💥",
        "é́́",
        "a\nb",
        '"',
        "'",
        ";",
        "\t",
        "\\",
        "%s",
        "{}",
        "<b>",
    ),
    *(
        "sch000000 | ",
        "sch999999 | Ш",
        "edu",
        "2",
        "3",
        "4",
        "5",
        "Логин",
        "Год",
        "Фамилия",
        "Итого",
        "reg220000",
    ),
)
_NUMBERS = (
    "0",
    "-1",
    "1",
    "65536",
    "1048577",
    "2147483648",
    "4294967296",
    "18446744073709551616",
    "1e400",
    "NaN",
    "",
)
_PIECE = 400  # bytes of a piece that is moved, at most


def mutated(chance: random.Random, seeds: Sequence[Seed]) -> Seed:
    """A file with one to four harms done to it, sometimes under another file's name."""
    name, body = chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        kinds = _of_archives if body.startswith(b"PK") and chance.random() < 0.75 else _of_bytes
        if name.endswith((".csv", ".geojson")) and chance.random() < 0.7:
            kinds = _of_texts
        body = chance.choice(kinds)(chance, body, seeds)
    if chance.random() < 0.08:
        name = chance.choice(seeds)[0]
    return name, body


def _flip(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    made = bytearray(body)
    for _at in range(chance.choice((1, 1, 2, 8, 64))):
        if made:
            made[chance.randrange(len(made))] = chance.choice((0, 255, 34, chance.randrange(256)))
    return bytes(made)


def _cut(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] if chance.random() < 0.7 else body[at:]


def _drop(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] + body[at + chance.randrange(_PIECE) :]


def _repeat(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] + body[at : at + chance.randrange(_PIECE)] * chance.choice((2, 2, 3, 200)) + body[at:]


def _graft(chance: random.Random, body: bytes, seeds: Sequence[Seed]) -> bytes:
    other = chance.choice(seeds)[1]
    at, there = chance.randrange(len(body) + 1), chance.randrange(len(other) + 1)
    return body[:at] + other[there : there + chance.randrange(_PIECE)] + body[at:]


def _join(chance: random.Random, body: bytes, seeds: Sequence[Seed]) -> bytes:
    return body + chance.choice(seeds)[1]


def _number(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    """One number in place of another, as text or as a field of four bytes."""
    if chance.random() < 0.5 and len(body) > 4:
        at = chance.randrange(len(body) - 4)
        return (
            body[:at]
            + chance.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\1\0\0\0"))
            + body[at + 4 :]
        )
    return _replace(chance, body, rb"\d+", _NUMBERS)


def _replace(chance: random.Random, body: bytes, pattern: bytes, values: Sequence[str]) -> bytes:
    places = list(re.finditer(pattern, body))
    if not places:
        return body
    for match in sorted(
        chance.sample(places, min(len(places), chance.choice((1, 1, 3)))), key=re.Match.start
    )[::-1]:
        value = chance.choice(values).encode("utf-8", "surrogatepass")
        body = body[: match.start()] + value + body[match.end() :]
    return body


def _cell(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    return _replace(chance, body, rb"[^;,\t\r\n]+", NASTY)


def _lines(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    """Lines dropped, doubled, swapped, many times over, or with another end."""
    lines = body.splitlines(keepends=True) or [b""]
    at, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(there, lines[at])
    elif kind == 2:
        lines[at], lines[there] = lines[there], lines[at]
    elif kind == 3:
        lines[at:at] = [lines[there]] * 3000
    elif kind == 4:
        lines = [line.rstrip(b"\r\n") + chance.choice((b"\r", b"\r\n", b"\n\n", b"")) for line in lines]
    else:
        lines[at] = chance.choice((b"\n", b";" * 500 + b"\n", b'"\n', lines[at] * 30))
    return b"".join(lines)


def _delimiter(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    return body.replace(chance.choice((b",", b";")), chance.choice((b",", b";", b"\t", b"|", b" ")))


def _encoding(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    words = body.decode("utf-8", errors="ignore")
    return words.encode(
        chance.choice(("utf-16", "utf-16-le", "cp1251", "koi8-r", "utf-8-sig", "cp866", "utf-32")), "replace"
    )


def _member(change: Mutation) -> Mutation:
    """A harm done inside an archive, which is then packed as it should be."""

    def mutate(chance: random.Random, body: bytes, seeds: Sequence[Seed]) -> bytes:
        members = _unpacked(body)
        names = [name for name in members if name.endswith((".xml", ".rels", ".bin"))]
        if not names:
            return _flip(chance, body, seeds)
        telling = [name for name in names if "sheet" in name or "Strings" in name or "content" in name]
        name = chance.choice(telling if telling and chance.random() < 0.7 else names)
        members[name] = change(chance, members[name], seeds)
        return _packed(members, chance)

    return mutate


def _unpacked(body: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # it was harmed before
        return {}


def _packed(members: dict[str, bytes], chance: random.Random) -> bytes:
    stream = io.BytesIO()
    how = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return stream.getvalue()


def _attribute(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    places = (
        "A1",
        "ZZZ9",
        "XFD1048576",
        "A99999999999",
        "1A",
        "",
        "$C$3",
        "a1",
        *_NUMBERS,
        "s",
        "str",
        "b",
        "e",
        "d",
        "n",
    )
    return _replace(chance, body, rb"(?<==\")[^\"<>]*(?=\")", places)


def _tag(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    """A tag dropped, doubled, or put elsewhere; or a formula, an entity, a comment in front of one."""
    tags = list(re.finditer(rb"<[^<>]*>", body))
    if not tags:
        return body
    one, other = chance.choice(tags), chance.choice(tags)
    extra = chance.choice(
        (
            b"",
            one[0] * 2,
            other[0],
            other[0] * 500,
            b"<f>1/0</f>",
            b"&x;",
            b"<!-- -->",
            b"<![CDATA[<c>]]>",
            b"<c/>",
        )
    )
    return body[: one.start()] + extra + body[one.end() :]


def _doctype(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    head, sign, rest = body.partition(b"?>")
    return head + sign + b'<!DOCTYPE a [<!ENTITY b "' + b"c" * chance.choice((1, 9000)) + b'">]>' + rest


def _value(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    safe = [word.replace("&", "&amp;").replace("<", "&lt;") for word in NASTY]
    return _replace(chance, body, rb"(?<=>)[^<>]+(?=<)", safe)


def _rename(chance: random.Random, body: bytes, _: Sequence[Seed]) -> bytes:
    """A member left out, renamed, or in another letter case."""
    members = _unpacked(body)
    if not members:
        return body
    name = chance.choice(list(members))
    held = members.pop(name)
    if chance.random() < 0.6:
        members[
            chance.choice((name.upper(), "/" + name, "../" + name, name.replace("/", "\\"), "xl/x.xml"))
        ] = held
    return _packed(members, chance)


_of_bytes: tuple[Mutation, ...] = (_flip, _flip, _cut, _drop, _repeat, _graft, _join, _number)
_of_texts: tuple[Mutation, ...] = (
    _cell,
    _cell,
    _cell,
    _lines,
    _lines,
    _delimiter,
    _encoding,
    _number,
    *_of_bytes,
)
_of_archives: tuple[Mutation, ...] = (
    *(
        _member(change)
        for change in (_value, _value, _value, _attribute, _attribute, _tag, _tag, _number, _doctype)
    ),
    *(_member(change) for change in (_flip, _cut, _drop, _repeat, _graft)),
    _rename,
)
