"""Names of schools in their compared form, and the likeness of two of them (R17: for proposals only)."""

import pandas as pd
import pytest

from shnor_lib.data.identity import matching, names


@pytest.mark.parametrize(
    ("written", "municipality", "compared"),
    [
        ('МБОУ "Алейская СОШ №1"', "", "алейская сш 1"),
        ("МКОУ «Алейская СШ № 01»", "", "алейская сш 1"),
        (
            "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № 5» "
            "Алейского района",
            "Алейский район",
            "сш 5",
        ),
        ("МБОУ COШ № 3 г. Алейска", "г. Алейск", "сш 3"),  # COШ begins with two Latin letters
        ("МКОУ Агульская ООШ имени И.И. Иванова", "", "агульская ош иванова"),
        ("Гимназия №1", "", "гимназия 1"),
        ("МБОУ «Лицей им. А. С. Пушкина»", "", "лицей пушкина"),
        ("Школа-интернат № 2", "", "интернат 2"),
    ],
)
def test_compared_form(written: str, municipality: str, compared: str) -> None:
    assert names.normal(written, municipality) == compared


@pytest.mark.parametrize(
    "cell",
    [
        "МБОУ СОШ № 1",
        "Гимназия 2",
        "МКОУ «Агульская СОШ им. И. И. Иванова»",
        "Средняя школа",
        "ГБОУ «Кадетский корпус»",
    ],
)
def test_names_of_schools(cell: str) -> None:
    assert names.is_school(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Секретов Аполлинарий",
        "Иванова М. И., СОШ № 1",
        "Директор МБОУ СОШ № 1",
        "уточнить",
        "школа " * 90,
    ],
)
def test_what_is_no_name_of_a_school_may_name_a_person(cell: str) -> None:
    assert not names.is_school(cell)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Алейская СОШ № 1", "Алейская СОШ № 2"),
        ("Алейская СОШ", "Алейская ООШ"),
        ("Алейская СОШ", "Гимназия № 1"),
    ],
)
def test_other_number_or_kind_is_never_a_sure_match(one: str, other: str) -> None:
    assert matching.score(names.normal(one), names.normal(other)) < 88


REGISTER = pd.DataFrame(
    [
        ("220001", 2025, "МБОУ «Алейская СОШ № 1»", "г. Алейск", "active"),
        ("220002", 2025, "МБОУ «Алейская СОШ № 2»", "г. Алейск", "active"),
        ("220003", 2025, "МКОУ «Лесная СОШ»", "Алейский район", "active"),
        ("220004", 2025, "МКОУ «Лесная СОШ»", "Бийский район", "active"),
        ("220005", 2025, "МКОУ «Закрытая СОШ»", "Бийский район", "closed"),
        ("220006", 2024, "МКОУ «Прежняя СОШ»", "Бийский район", "active"),
        ("220001", 2024, "МБОУ «Школа имени Героя»", "г. Алейск", "active"),
    ],
    columns=["school_id", "year", "name", "municipality", "status"],
)


def proposed(name: str, municipality: str | None) -> dict[str, object]:
    asked = pd.DataFrame({"name": [name], "municipality": [municipality], "sheets": [1]})
    found = matching.propose(asked, REGISTER)
    assert list(found.columns) == list(matching.OUT)
    return {str(key): value for key, value in found.iloc[0].to_dict().items()}


def test_one_like_school_of_the_municipality_is_clear() -> None:
    row = proposed("Алейская средняя школа №1", "город Алейск")
    assert (row["candidate_id"], row["clarity"], row["score"]) == ("220001", "clear", 100)


def test_the_municipality_tells_namesakes_apart() -> None:
    assert proposed("Лесная СОШ", "Бийский р-н")["candidate_id"] == "220004"
    anywhere = proposed("Лесная СОШ", None)
    assert (anywhere["clarity"], anywhere["score"], anywhere["second_score"]) == ("ambiguous", 100, 100)
    assert {anywhere["candidate_id"], anywhere["second_id"]} == {"220003", "220004"}


def test_a_former_name_is_known_and_the_present_one_shown() -> None:
    row = proposed("МБОУ Школа им. Героя", "г. Алейск")
    assert (row["candidate_id"], row["candidate"]) == ("220001", "МБОУ «Алейская СОШ № 1»")


@pytest.mark.parametrize("name", ["МКОУ «Закрытая СОШ»", "МКОУ «Прежняя СОШ»"])
def test_schools_that_have_left_are_no_candidates(name: str) -> None:
    assert proposed(name, "Бийский район")["candidate_id"] not in ("220005", "220006")


def test_no_likeness_no_candidate() -> None:
    row = proposed("Кванториум технопарк", "г. Алейск")
    assert row["clarity"] == "none"
    assert pd.isna(row["candidate_id"])


def test_an_empty_register_proposes_nothing() -> None:
    asked = pd.DataFrame({"name": ["СОШ № 1"], "municipality": [""], "sheets": [1]})
    assert matching.propose(asked, REGISTER.iloc[:0])["clarity"].tolist() == ["none"]
