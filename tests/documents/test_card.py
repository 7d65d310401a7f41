"""The card of a school, in every format."""

from dataclasses import replace

import pandas as pd
import pytest

from shnor_lib.documents import Cards, school_card
from shnor_lib.errors import SelectionError
from shnor_lib.present import labels
from shnor_lib.social import Social
from tests.documents.conftest import words

FORMATS = ("pdf", "docx", "html")


@pytest.fixture(scope="session")
def listed(cards):
    return cards.of(cards.verdicts.listed["school_id"].iloc[0])


def told(document, ending):
    return words(ending, getattr(document, ending)())


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_says_who_why_and_by_which_method(listed, cards, ending):
    said = told(listed, ending)
    content = listed.content
    row = cards.verdicts.listed.iloc[0]
    assert content["code"] == row["school_id"]
    for piece in (
        content["code"],
        content["municipality"],
        "ШНОР",
        cards.verdicts.method.label,
        cards.region.snapshot.id,
        "не является рейтингом",
        *(line["now"] for line in content["cells"]),
        *(line["series"] for line in content["cells"]),
    ):
        # Words may be hyphenated on paper; compare what no line break can split.
        for word in str(piece).replace("\u00a0", " ").split():
            if ending != "pdf" or len(word) < 8:
                assert word in said, word


def test_cells_stand_in_the_order_of_school_life(listed):
    exams = [line["series"].split(",")[0] for line in listed.content["cells"]]
    assert exams == sorted(exams, key=["ВПР", "ОГЭ", "ЕГЭ"].index)


def test_no_card_shows_a_count_that_must_stay_hidden(cards):
    """R25: for every school, a masked cell has neither numbers nor a mark in the drawing."""
    hidden = 0
    for code in cards.verdicts.table["school_id"]:
        public = cards.verdicts.public_cells
        own = public[public["school_id"].eq(code) & public["year"].eq(cards.verdicts.year)]
        content = cards.of(code).content
        masked = int(own["suppressed"].sum())
        hidden += masked
        assert sum(line["now"] == labels.SUPPRESSED for line in content["cells"]) == masked
        assert all(
            (line["interval"], line["reached"]) == (labels.MISSING, labels.SUPPRESSED)
            for line in content["cells"]
            if line["now"] == labels.SUPPRESSED
        )
        assert content["chart"].count("<polygon") == int((~own["suppressed"] & own["share"].notna()).sum())
    assert hidden, "the region has no small groups: the test proves nothing"


def test_the_same_content_gives_the_same_bytes(listed):
    assert listed.pdf() == listed.pdf()
    assert listed.html() == listed.html()


def test_nothing_is_fetched_from_outside(listed):
    page = listed.html().decode().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "://" not in page
    assert "<script" not in page


@pytest.mark.parametrize("ending", FORMATS)
def test_names_are_words_not_markup(listed, ending):
    evil = 'СОШ «{{ code }}» & <b>x</b> #panic("y") $a$ \\ * _'
    said = told(replace(listed, content={**listed.content, "school": evil}), ending)
    for piece in ("{{", "}}", "#panic", "$a$", "&amp;" if ending == "html" else "&"):
        assert piece in said


def test_overrides_are_printed(region, cards):
    code = cards.verdicts.listed["school_id"].iloc[0]
    assert "threshold = 25" in school_card(region, code, threshold=25).content["method"]


def test_a_login_is_a_code_too(cards):
    code = cards.verdicts.listed["school_id"].iloc[0]
    assert cards.of(f"edu{code}").content["code"] == code


def test_unknown_school(cards):
    with pytest.raises(SelectionError, match="000001"):
        cards.of("000001")


def test_a_school_that_was_never_audited_has_no_section_of_deficits(cards):
    found = cards._deficits
    assert found is not None
    for code, audited in zip(found.table["school_id"], found.table["audited"], strict=True):
        assert (cards.of(code).content["deficits"] is not None) == bool(audited)


def test_signals_of_credibility_stand_apart_from_the_verdict(cards):
    """§6.4: what was checked is named; a small school, of which nothing can be judged, has no section."""
    flags = cards.verdicts.credibility.schools.set_index("school_id")
    told = {code: cards.of(code).content["credibility"] for code in flags.index}
    judged = flags[list(labels.SIGNALS)].notna().any(axis=1)
    assert judged.any()
    for code, content in told.items():
        assert (content is not None) == judged[code]
        if content is not None:
            assert len(content["signals"]) == len(
                [item for item in flags.loc[code, "reasons"].split(";") if item]
            )
            assert "не вывод" in content["note"]


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_tells_the_signals(listed, ending):
    signals = {"signals": ["Скачок резче обычного"], "one_point": "На одном балле"}
    content = {**listed.content, "credibility": {**signals, "judged": "скачки", "note": "Это не вывод."}}
    said = told(replace(listed, content=content), ending)
    for piece in ("Достоверность", "Скачок резче обычного.", "На одном балле.", "Проверено: скачки."):
        assert piece in said
    quiet = {"signals": [], "one_point": "", "judged": "скачки", "note": "Это не вывод."}
    assert "Сигналов нет." in told(replace(listed, content={**content, "credibility": quiet}), ending)


def test_the_first_year_has_no_movement(region):
    first = Cards(region, region.years[0])
    assert first.of(first.verdicts.table["school_id"].iloc[0]).content["movement"] is None


def test_social_conditions_are_told_without_counts_of_people(cards):
    """R25: index, quartile and similar schools, but nothing of the passport itself."""
    found = cards.region.social(cards.verdicts.year).public
    compared = 0
    for row in found.itertuples():
        told_of = cards.of(row.school_id).content["social"]
        said = " ".join(told_of["lines"])
        assert ("Не рассчитан" in said) == (row.index_state == "not_calculated")
        assert ("(ШНСУ)" in said) == (row.shnsu is not pd.NA and bool(row.shnsu))
        compared += bool(told_of["compared"])
        assert ("интервал" in told_of["compared"]) == (row.share is not pd.NA)
    assert compared


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_has_the_social_section(cards, ending):
    found = cards.region.social(cards.verdicts.year).public.dropna(subset="share")
    document = cards.of(found["school_id"].iloc[0])
    said = told(document, ending)
    assert document.content["social"]["title"].split()[0] in said
    assert "социальный паспорт" in said
    assert "интервал" in said


def test_a_project_without_passports_has_no_such_section(cards, monkeypatch):
    monkeypatch.setattr(Social, "has_index", False)
    bare = Cards(cards.region)
    code = bare.verdicts.table["school_id"].iloc[0]
    assert bare.of(code).content["social"] is None
    assert "социальный паспорт" not in told(bare.of(code), "html")
