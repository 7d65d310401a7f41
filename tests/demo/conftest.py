"""A small region written once, a middle one made once; tests only read them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import python_calamine

from shnor_lib.data import demo
from shnor_lib.data.demo import files
from shnor_lib.data.demo.scales import find_scale


@dataclass(frozen=True)
class Written:
    """A generated region on disk."""

    data: Path
    summary: demo.DemoSummary

    @property
    def raw(self) -> Path:
        return self.data / "raw"

    def truth(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.data / "truth" / f"{name}.parquet")

    def workbooks(self) -> list[str]:
        return sorted(path.relative_to(self.raw).as_posix() for path in self.raw.rglob("*.xlsx"))

    def sheet(self, file: str) -> list[list[object]]:
        """Cells of the only sheet of a workbook, from its first row."""
        book = python_calamine.CalamineWorkbook.from_path(str(self.raw / file))
        (name,) = book.sheet_names
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def write(data: Path, scale: str, seed: int = 847) -> Written:
    return Written(data, demo.generate(data, scale, seed))


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("town") / "data", "municipality")


@pytest.fixture(scope="session")
def land(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("land") / "data", "region")


@pytest.fixture(scope="session")
def region() -> files.Region:
    return files.build(find_scale("region"), 847)
