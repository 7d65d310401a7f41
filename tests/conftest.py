"""Fixtures shared by all kinds of tests."""

from pathlib import Path

import pytest

from shnor_lib.data import demo
from shnor_lib.data.intake import ingest
from shnor_lib.settings import Project

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data beside the checkout; tests that need it are skipped where it is absent."""
    if not _SHARED.is_dir():
        pytest.skip(f"no real data at {_SHARED}")
    return _SHARED


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the synthetic municipality, ingested; read-only for tests."""
    root = tmp_path_factory.mktemp("demo")
    demo.generate(root / "data", "municipality", 847)
    ingest(Project(root))
    return root
