"""Tables of the source documents, where they lie beside the checkout, against what was typed from them."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.analysis.deficits import compare_waves
from shnor_lib.analysis.targets import evaluate
from shnor_lib.data.intake.files import open_file
from shnor_lib.data.series import make_id
from shnor_lib.methodology import load
from tests.intake.plans import Read

ReadReal = Callable[..., Read]


@pytest.fixture(scope="module")
def read_real(shared_data: Path) -> ReadReal:
    def read(name: str, **notes: str) -> Read:
        (sheet,) = open_file(shared_data / name, Path(name).name).sheets
        return Read(sheet.all_rows(), Path(name).name, "", **notes)

    return read


@pytest.mark.parametrize("name", ["audit.csv", "audit_exact.csv"])
def test_the_audit_of_seed_004_gives_its_66_flags(read_real: ReadReal, shared_data: Path, name: str) -> None:
    table = read_real(f"krasnodar/{name}", wave="2023").table("deficits")
    true = pd.read_csv(shared_data / "krasnodar" / "audit_long.csv", dtype=str)
    expected = list(zip(true["код параметра"], true["школа"], true["фактор"], strict=True))
    assert list(zip(table["code"], table["school_name"], table["factor"], strict=True)) == expected
    assert len(expected) == 66


def test_the_roadmap_of_seed_004_gives_its_78_links_to_codes(read_real: ReadReal, shared_data: Path) -> None:
    table = read_real("krasnodar/roadmap.csv").table("roadmap")
    true = pd.read_csv(shared_data / "krasnodar" / "roadmap_codes.csv", dtype=str)
    expected = true.groupby(true.columns[0], sort=False)[true.columns[1]].agg(list).to_dict()
    found = table.set_index("item")["codes"]
    assert len(table) == 39
    links = {item: codes.split(";") for item, codes in found.items() if codes != "all"}
    assert links == {item: expected[item] for item in links}
    assert set(expected) - set(links) == set(found.index[found == "all"])


def test_the_roadmap_of_seed_000(read_real: ReadReal) -> None:
    table = read_real("charodinsky/roadmap.csv", year="2023").table("roadmap")
    assert len(table) == 12
    assert table["date_from"].tolist()[:3] == ["2023-04", "2023-04", "2023-06"]


def test_the_roadmap_of_seed_001_gives_the_targets_typed_from_it(
    read_real: ReadReal, shared_data: Path
) -> None:
    targets = read_real("kargasok/roadmap.csv").table("targets")
    true = pd.read_csv(shared_data / "kargasok" / "targets_by_year.csv")
    true = true[true["пункт"].str.startswith("ДК")]
    expected = sorted(zip(true["пункт"], true["год"], true["значение"].astype(float), strict=True))
    assert sorted(zip(targets["indicator"], targets["year"], targets["value"], strict=True)) == expected


def test_the_targets_of_seed_001(read_real: ReadReal) -> None:
    yearly = read_real("kargasok/targets_by_year.csv").table("targets")
    assert len(yearly) == 55
    outcome = read_real("kargasok/targets_2024.csv").table("targets")
    assert outcome[["goal", "value"]].to_numpy().tolist() == [
        ["at_most", 2.0],
        ["times_less", 1.3],
        ["times_more", 1.2],
        ["times_more", 1.2],
    ]
    last = outcome.iloc[-1]
    assert (last["base_year"], last["base_count"], last["base_of"], last["base_value"]) == (
        2019,
        20,
        140,
        14.3,
    )


def test_factors_of_the_risk_profile_of_seed_003_are_all_known(shared_data: Path) -> None:
    from shnor_lib.data.intake.plans.risk_profile import factor_code

    factors = pd.read_csv(shared_data / "bodaibo" / "risk_profile.csv").iloc[:, 1]
    assert factors.map(factor_code).tolist() == ["РПШ.11", "РПШ.12", "РПШ.13", "РПШ.14", "РПШ.10", "РПШ.2"]


def test_the_plan_of_seed_001_is_recomputed_from_its_base(read_real: ReadReal) -> None:
    table = read_real("kargasok/targets_2024.csv").table("targets").iloc[[-1]]
    found = evaluate(table, lambda *_: None, 2024).iloc[0]
    assert (round(found["base"], 1), round(found["plan"], 4)) == (14.3, 17.1429)
    assert found["why"] == "no_data"


def test_deficits_of_the_audit_of_seed_004_are_counted_anew(read_real: ReadReal, shared_data: Path) -> None:
    table = read_real("krasnodar/audit.csv", wave="2023").table("deficits")
    true = pd.read_csv(shared_data / "krasnodar" / "audit_long.csv", dtype=str)
    ids = {name: f"{at:06d}" for at, name in enumerate(dict.fromkeys(table["school_name"]), start=1)}
    waves = table.assign(school_id=table["school_name"].map(ids), source=None)
    found = compare_waves(waves, list(ids.values()), ("2023", None))
    assert found.summary["with_deficits"] == true["школа"].nunique()
    by_code = found.items.groupby("code")["school_id"].nunique().to_dict()
    assert by_code == true.groupby("код параметра")["школа"].nunique().to_dict()
    assert (len(by_code), sum(by_code.values())) == (12, 66), (
        "two of the 14 parameters are found in no school"
    )


def test_the_constructor_of_seed_004_is_the_one_of_the_profile(shared_data: Path) -> None:
    listing = pd.read_csv(shared_data / "krasnodar" / "constructor.csv", dtype=str)
    ours = load("krasnodar-2023").deficits.parameters
    assert len(listing) == len(ours) == 62
    assert listing.iloc[:, 0].nunique() == len({item.factor for item in ours}) == 11


def test_the_nine_indicators_of_seed_002_are_the_series_of_the_profile(shared_data: Path) -> None:
    rows = pd.read_csv(shared_data / "kbr" / "indicators.csv", dtype=str)
    levels = {"Математика (базовая)": "base", "Математика (профильная)": "profile"}
    ids = [
        make_id(exam, subject.split(" (")[0], int(grade) if exam == "ВПР" else None, levels.get(subject))
        for exam, subject, grade in zip(rows["процедура"], rows["предмет"], rows["класс"], strict=True)
    ]
    assert sorted(ids) == sorted(load("kbr-2024").identification.series)
