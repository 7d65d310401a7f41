"""The synthetic municipality, its newest year, and what a document says in each format."""

import io
import re

import pypdf
import pytest
from docx import Document as WordFile

import shnor_lib
from shnor_lib.documents import Cards


@pytest.fixture(scope="session")
def region(demo_project):
    return shnor_lib.open(demo_project)


@pytest.fixture(scope="session")
def cards(region):
    return Cards(region)


def words(ending, content):
    """Text of a document, white space folded, no-break spaces as spaces."""
    if ending == "pdf":
        told = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    elif ending == "docx":
        file = WordFile(io.BytesIO(content))
        cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
        told = " ".join([*(paragraph.text for paragraph in file.paragraphs), *cells])
    else:
        told = re.sub(r"<style>.*?</style>|<[^>]+>", " ", content.decode(), flags=re.DOTALL)
    return " ".join(told.split())
