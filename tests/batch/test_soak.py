"""A handful of the kills of `python -m tests.soak`."""

import sys
from pathlib import Path

import pytest

from tests.soak.run import soak


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    seen = soak(tmp_path, kills=3, seed=847, far=False)
    assert seen.faults == []
    assert sum(seen.kills.values()) == 3
