"""What is selected, and what cannot be a folder."""

from pathlib import Path

import pytest

from shnor_lib.batch import plan
from shnor_lib.errors import InputError, SelectionError
from shnor_lib.region import Municipality

NOTEBOOKS = Path(__file__).parent / "notebooks"


@pytest.mark.parametrize("name", ["02_picky", "02", "2", "02_picky.ipynb", str(NOTEBOOKS / "02_picky.ipynb")])
def test_a_notebook_is_named_in_any_way(name: str) -> None:
    assert [path.stem for path in plan.select_notebooks(NOTEBOOKS, [name])] == ["02_picky"]


def test_all_notebooks_when_none_is_named_and_none_twice() -> None:
    assert [path.stem for path in plan.select_notebooks(NOTEBOOKS, [])] == ["01_good", "02_picky"]
    assert len(plan.select_notebooks(NOTEBOOKS, ["1", "01_good"])) == 1


def test_unknown_notebooks_are_named_with_close_ones() -> None:
    with pytest.raises(SelectionError) as caught:
        plan.select_notebooks(NOTEBOOKS, ["03", "01_god"])
    assert "«03»" in str(caught.value)
    assert "«01_god» (похоже: 01_good)" in str(caught.value)
    assert "Есть: 01_good, 02_picky" in str(caught.value)


def test_a_folder_without_notebooks(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="нет блокнотов"):
        plan.select_notebooks(tmp_path, [])


def test_units_go_place_by_place_and_carry_their_parameters() -> None:
    notebooks = plan.select_notebooks(NOTEBOOKS, [])
    places = [Municipality(plan.REGION, "Край"), Municipality("m1", "Район")]
    units = plan.units(notebooks, places, 2025, {path: {"threshold": 25} for path in notebooks})
    assert [unit.key for unit in units] == [
        ("01_good", "region"),
        ("02_picky", "region"),
        ("01_good", "m1"),
        ("02_picky", "m1"),
    ]
    assert units[0].parameters == {"municipality": "", "year": 2025, "threshold": 25}
    assert units[2].parameters["municipality"] == "m1"


@pytest.mark.parametrize(
    "bad", ["", ".", "..", "a/b", "a\\b", ".hidden", "район", "region", "Assets", "con", "a" * 81]
)
def test_an_id_that_is_no_safe_folder_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match="не годится для имени папки"):
        plan.check_folders([Municipality("m1", "Первый"), Municipality(bad, "Второй")])


def test_ids_that_one_file_system_would_mix_up_are_refused() -> None:
    with pytest.raises(InputError, match="у двух муниципалитетов: Первый, Второй"):
        plan.check_folders([Municipality("m1", "Первый"), Municipality("M1", "Второй")])
