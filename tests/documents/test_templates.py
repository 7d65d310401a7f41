"""Word templates of a region."""

import io
from dataclasses import replace

import pytest
from docx import Document as WordFile

from shnor_lib.documents import Document, letterhead, order_list
from shnor_lib.errors import InputError, SelectionError
from shnor_lib.settings import Project
from tests.documents.conftest import words


@pytest.fixture
def order(region, cards, tmp_path):
    return replace(order_list(region, cards.verdicts), templates=tmp_path)


def template(path, *lines):
    file = WordFile()
    for line in lines:
        file.add_paragraph(line)
    file.save(str(path))


def test_the_projects_own_template_is_used(order, tmp_path):
    template(tmp_path / "order.docx", "Министерство", "{{ year }}: {{ total }}")
    assert words("docx", order.docx()).startswith(f"Министерство {order.content['year']}: ")


def test_a_field_that_does_not_exist_is_named(order, tmp_path):
    template(tmp_path / "order.docx", "{{ minister }}")
    with pytest.raises(InputError, match=r"order\.docx.*minister"):
        order.docx()


def test_a_file_that_is_no_word_document(order, tmp_path):
    (tmp_path / "order.docx").write_text("привет", encoding="utf-8")
    with pytest.raises(InputError, match="не открывается как документ Word"):
        order.docx()


def test_letterhead_never_overwrites(tmp_path):
    project = Project(tmp_path)
    copied, kept = letterhead.lay_out(project)
    assert {path.name for path in copied} == {"card.docx", "order.docx"}
    assert kept == []
    mine = tmp_path / "templates" / "order.docx"
    template(mine, "своё")
    before = mine.read_bytes()
    copied, kept = letterhead.lay_out(project)
    assert (copied, len(kept)) == ([], 2)
    assert mine.read_bytes() == before


def test_files_are_written_by_their_ending(order, tmp_path):
    order.save(tmp_path / "a" / "список.docx")
    assert WordFile(io.BytesIO((tmp_path / "a" / "список.docx").read_bytes())).tables
    with pytest.raises(SelectionError, match=r"\.odt"):
        order.save(tmp_path / "список.odt")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_title_is_a_property_of_the_file():
    document = Document("order", "Перечень", {})
    with pytest.raises(InputError, match="undefined"):
        document.docx()
