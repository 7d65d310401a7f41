"""Russian numbers and words; the rule that rounding never lifts a share to the threshold."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.present import text


@pytest.mark.rule("R6", "a share below the threshold never prints as the threshold")
@pytest.mark.parametrize(
    ("failed", "participants", "printed"),
    [
        (62, 207, "29,95 %"),
        (8, 27, "29,6 %"),
        (3, 10, "30,0 %"),
        (2999, 10000, "29,99 %"),
        (301, 1000, "30,1 %"),
        (0, 7, "0,0 %"),
        (7, 7, "100,0 %"),
        (0, 0, "—"),
    ],
)
def test_shares(failed, participants, printed):
    assert text.share(failed, participants).replace(text.NBSP, " ") == printed


@pytest.mark.rule("R6", "a share below the threshold never prints as the threshold")
@given(st.integers(1, 3000), st.data(), st.integers(1, 100))
def test_a_printed_share_stands_on_its_side_of_the_threshold(participants, data, threshold):
    failed = data.draw(st.integers(0, participants))
    printed = text.share(failed, participants, threshold)
    number = Fraction(printed.removeprefix("менее ").removesuffix(f"{text.NBSP}%").replace(",", "."))
    if 100 * failed < threshold * participants:
        assert number < threshold or printed.startswith("менее")
    else:
        assert number >= threshold


def test_counts_and_thousands():
    assert text.number(1312) == "1\u00a0312"
    assert text.number(0.5, 1) == "0,5"
    assert text.number(pd.NA) == "—"
    assert text.k_of_n(3, 10).replace(text.NBSP, " ") == "3 из 10 (30,0 %)"
    assert text.k_of_n(pd.NA, 10) == "—"


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 школа"), (2, "2 школы"), (5, "5 школ"), (11, "11 школ"), (21, "21 школа"), (112, "112 школ")],
)
def test_plurals(count, words):
    assert text.counted(count, text.SCHOOLS).replace(text.NBSP, " ") == words


@pytest.mark.parametrize(
    ("count", "total", "words", "after_u"),
    [
        (5, 15, "треть школ", "трети школ"),
        (7, 14, "половина школ", "половины школ"),
        (5, 17, "5 из 17 школ", "5 из 17 школ"),
        (1, 21, "1 из 21 школы", "1 из 21 школы"),
        (12, 12, "все 12 школ", "всех 12 школ"),
        (2, 2, "обе школы", "обеих школ"),
        (1, 1, "единственная школа", "единственной школы"),
        (0, 3, "0 из 3 школ", "0 из 3 школ"),
        (1, 2, "1 из 2 школ", "1 из 2 школ"),
    ],
)
def test_shares_in_words(count, total, words, after_u):
    assert text.part(count, total).replace(text.NBSP, " ") == words
    assert text.part(count, total, genitive=True).replace(text.NBSP, " ") == after_u


@pytest.mark.parametrize(
    ("wave", "words"),
    [
        ("2021", "контекстная анкета 2021 г."),
        ("2025-09", "сентябрь 2025 г."),
        ("2025-09-01", "1 сентября 2025 г."),
        ("осень", "осень"),
        (None, "—"),
    ],
)
def test_waves(wave, words):
    assert text.wave(wave).replace(text.NBSP, " ") == words


def test_a_sentence_ends_with_one_stop():
    assert text.stop("май 2021 г.") == "май 2021 г."
    assert text.stop("обе школы") == "обе школы."


def test_names_are_cut_at_a_word_and_legal_forms_abbreviated():
    name = 'Муниципальное казённое общеобразовательное учреждение "Средняя общеобразовательная школа №4"'
    assert text.school_name(name).replace(text.NBSP, " ") == "МКОУ «СОШ № 4»"
    assert text.shorten("школа имени первопроходцев", 14) == "школа имени…"
    assert text.wrap("a<b " * 40, 20, lines=2).count("<br>") == 1
    assert "&lt;" in text.wrap("a<b", 20)


def test_the_alphabet_passes_over_the_word_city():
    names = pd.Series(["Яровой район", "г. Барнаул", "Ёлкинский район", "Алейский район", "Жуков"])
    ordered = names.sort_values(key=text.alphabet).to_list()
    assert ordered == ["Алейский район", "г. Барнаул", "Ёлкинский район", "Жуков", "Яровой район"]


@pytest.mark.parametrize(
    ("entered", "left", "words"),
    [
        (0, 1, "добавилось бы 0 школ, выпала бы 1 школа"),
        (1, 5, "добавилась бы 1 школа, выпало бы 5 школ"),
        (22, 11, "добавились бы 22 школы, выпало бы 11 школ"),
    ],
)
def test_verbs_agree_with_the_schools_that_a_trial_moves(entered, left, words):
    assert text.entered_and_left(entered, left).replace(text.NBSP, " ") == words
