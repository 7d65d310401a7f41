"""How large a synthetic region is, and its independent streams of chance.

In:   the name of a scale, a seed.
Out:  `Scale`, counts of everything; `stream`, a generator of random numbers for one purpose.
Not:  any data.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from shnor_lib.errors import InputError

YEARS = tuple(range(2021, 2027))


@dataclass(frozen=True)
class Scale:
    """Counts that define a synthetic region; schools are those of the newest year's register.

    Attributes:
        id: name on the command line.
        municipalities: all municipalities.
        cities: how many of them are cities.
        schools: schools of the newest year, those out of scope included.
        regions: region codes over which the municipalities are spread.
        special: special (коррекционные) schools among them.
        technical: colleges (техникумы) among them.
        closed: schools that disappear with no successor.
        merged: schools that are joined to another one.
        split: schools divided into two new ones.
        recoded: schools that get another code.
        branches: schools that become a branch of another one and stay in the register.
        renamed: schools whose name changes.
        severity: logits by which schools are weaker than the levels of the region.
        tidy_only: only tidy CSV files are written.
    """

    id: str
    municipalities: int
    cities: int
    schools: int
    regions: int
    special: int
    technical: int
    closed: int
    merged: int
    split: int
    recoded: int
    branches: int
    renamed: int
    severity: float = 0.0
    tidy_only: bool = False


SCALES = {
    scale.id: scale
    for scale in (
        Scale("municipality", 1, 0, 12, 1, 1, 0, 1, 1, 0, 1, 1, 2, severity=0.3),
        Scale("region", 52, 8, 640, 1, 22, 6, 5, 6, 2, 3, 6, 14),
        Scale("country", 2300, 320, 40_000, 8, 1200, 380, 300, 360, 120, 180, 360, 840, tidy_only=True),
    )
}


def find_scale(name: str) -> Scale:
    """The scale of this name.

    Raises:
        InputError: no such scale.
    """
    if name not in SCALES:
        raise InputError(f"Масштаб «{name}» неизвестен. Допустимы: {', '.join(SCALES)}.")
    return SCALES[name]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose: adding a draw elsewhere does not shift these."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())]))
