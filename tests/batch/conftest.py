"""A small project: four municipalities, two years, two notebooks that need no analysis."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data import findings, store
from shnor_lib.data.schemas import TABLES
from shnor_lib.settings import Project

HERE = Path(__file__).parent
PLACES = {
    "reg22_m001": "Алейский район",
    "reg22_m002": "Ёлкинский округ",
    "reg22_m003": "город Яровое",
    "reg22_m004": "Бийский район",
}


def build_project(root: Path) -> Project:
    """Two schools a municipality; the first fails two procedures of 2025, the second none."""
    schools, results = [], []
    for number, (municipality_id, municipality) in enumerate(PLACES.items(), start=1):
        for school, failed in ((f"22{number:02}01", 4), (f"22{number:02}02", 1)):
            for year in (2024, 2025):
                schools.append(
                    {
                        "school_id": school,
                        "year": year,
                        "name": f"Школа {school}",
                        "municipality_id": municipality_id,
                        "municipality": municipality,
                        "region": "Пробный край",
                        "level_max": 9,
                    }
                )
                results += [
                    {
                        "school_id": school,
                        "year": year,
                        "series": series,
                        "participants": 10,
                        "failed": failed if year == 2025 else 0,
                        "attempt": "first",
                        "source": "проба | 1 | 1",
                    }
                    for series in ("vpr-ma-5", "vpr-ru-5")
                ]
    procedures = [
        {"series": series, "year": year, "held": "yes", "comparability_group": "1"}
        for series in ("vpr-ma-5", "vpr-ru-5")
        for year in (2024, 2025)
    ]
    rows = {"schools": schools, "results": results, "procedures": procedures}
    tables = {name: TABLES[name].conform(pd.DataFrame(values)) for name, values in rows.items()}
    project = Project(root)
    store.write(project.processed, tables, findings.to_frame([]), [], "test")
    shutil.copytree(HERE / "notebooks", root / "notebooks")
    return project


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that nobody runs: tests copy it."""
    return build_project(tmp_path_factory.mktemp("built")).root


@pytest.fixture
def fresh(built: Path, tmp_path: Path) -> Project:
    """A project without reports, of the test alone."""
    shutil.copytree(built, tmp_path / "project")
    return Project(tmp_path / "project")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of the module; its reports stay from test to test."""
    return build_project(tmp_path_factory.mktemp("project"))
