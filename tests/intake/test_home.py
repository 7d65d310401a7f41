"""Files of another region than that of the project are noticed, not taken in silence."""

import pandas as pd
import pytest

from shnor_lib.data.screening.home import known, other_region
from shnor_lib.settings import Project, Settings
from tests.intake.conftest import Box


def schools(codes: list[str], region: str | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"school_id": pd.Series(codes, dtype="str")})
    return frame if region is None else frame.assign(region=region)


ALTAI = [f"2200{number:02}" for number in range(20)]


@pytest.mark.parametrize("name", ["КБР", "Кабардино-Балкарская Республика", "кабардино-балкария"])
def test_codes_of_another_region_are_told_with_their_share(name: str) -> None:
    (finding,) = other_region(name, schools(ALTAI))
    assert finding.severity == "warning"
    assert "коды 20 из 20 школ начинаются не на 07 (чаще на 22)" in finding.message
    assert "shnor.yml" in finding.action


def test_names_speak_where_codes_cannot() -> None:
    """A made-up region has no code of its own."""
    (finding,) = other_region("Новореченская область", schools(ALTAI, "Алтайский край"))
    assert "у 20 из 20 школ назван другой регион (чаще «Алтайский край»)" in finding.message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Алтайский край", "Алтайский край"),
        ("алтайский край", None),
        ("Новый край", "Новый край (весь)"),  # longer and shorter spellings of one name
        ("НК", "Новый край"),  # nobody knows whose abbreviation it is
        ("", "Алтайский край"),
    ],
)
def test_what_may_be_the_same_region_is_not_told(name: str, said: str | None) -> None:
    assert other_region(name, schools(ALTAI, said)) == []


def test_single_foreign_rows_are_no_other_region() -> None:
    few = [*ALTAI, "070001"]
    assert other_region("Алтайский край", schools(few)) == []
    assert other_region("Алтайский край", schools([*ALTAI, "070001", "070002", "070003"])) != []


def test_every_region_has_one_code_and_every_short_name_one_region() -> None:
    codes = known()
    assert {len(code) for code in codes.values()} == {2}
    assert codes["кбр"] == codes["кабардино балкарская республика"] == "07"
    assert codes["алтайский край"] == "22"


def test_ingest_says_it_and_takes_the_files(box: Box) -> None:
    box.project = Project(box.project.root, Settings(region="КБР"))
    box.csv(
        "s.csv", [["school_id", "year", "name", "municipality"], ["220001", 2025, "Школа", "Алейский район"]]
    )
    box.csv(
        "r.csv",
        [["school_id", "year", "series", "participants", "failed"], ["220001", 2025, "oge-ma", 20, 5]],
    )
    result = box.ingest()
    assert "Внимание: похоже, файлы другого региона: в shnor.yml указано «КБР»" in result.text
    assert result.counts["results"] == 1
