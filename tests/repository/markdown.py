"""Markdown as far as the tests of the docs need it: headings, code blocks, links, tables."""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


def code_blocks(page: str) -> list[tuple[str, list[str]]]:
    """Language and lines of each fenced block; comments and blank lines left out."""
    blocks = []
    for language, body in _FENCE.findall(page):
        lines = (re.sub(r"\s*#.*$", "", line).rstrip() for line in body.splitlines())
        blocks.append((language, [line for line in lines if line]))
    return blocks


def headings(page: str) -> list[str]:
    """Headings of all levels with their marks: «## Start»."""
    return [line for line in _FENCE.sub("", page).splitlines() if re.match(r"#+ ", line)]


def sections(page: str) -> dict[str, str]:
    """Text under each heading, by the heading without its marks."""
    parts = re.split(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return {title.strip(): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def links(page: str) -> list[str]:
    """Targets of all links and pictures."""
    return _LINK.findall(_FENCE.sub("", page))


def anchors(page: str) -> set[str]:
    """Anchors of the headings, as a forge makes them."""
    titles = (heading.lstrip("# ").lower() for heading in headings(page))
    return {re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in titles}


def rows(section: str) -> Iterator[list[str]]:
    """Rows of the tables of a section, header and rule left out."""
    lines = [line.strip() for line in section.splitlines() if line.strip().startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if set(line) <= set("|- :")}
    for number, line in enumerate(lines):
        if number not in heads and number - 1 not in heads:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def codes(text: str) -> set[str]:
    """Everything set as code in a piece of text."""
    return set(_CODE.findall(text))
