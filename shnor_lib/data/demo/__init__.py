"""A synthetic region: raw files as a region receives them, and the truth about them, by seed.

In:   a folder, a scale (`municipality`, `region`, `country`), a seed.
Out:  files in `<data>/raw`, the truth in `<data>/truth`, and a summary of what was written.
Not:  the procedure calendar: the product has its own. Nothing here is real data of a real place.

The parts, in the order in which they build on each other: `scales`, `names`, `geography` (the map),
`population` (schools and the truth), `history` (what happens to them), `results` (nine series, six years),
`scores` (scores and journal marks), `layouts`, `reports`, `passports`, `context`, `objectivity`, `audit`,
`support` (files), `defects` and `spoiling` (what is wrong in them), `truth`, `publish`, `files`.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shnor_lib.data.demo import files, publish
from shnor_lib.data.demo.defects import KINDS
from shnor_lib.data.demo.scales import SCALES, YEARS, find_scale
from shnor_lib.errors import InputError

__all__ = ["SCALES", "DemoSummary", "generate"]


@dataclass(frozen=True)
class DemoSummary:
    """What was written.

    Attributes:
        scale: name of the scale.
        seed: the seed; the same seed gives the same bytes.
        region: name of the region (of the first one at the scale of the country).
        years: school years, by the calendar year in which they end.
        municipalities: number of municipalities.
        schools: schools in the register of the newest year.
        files: raw files written.
        defects: planted defects by kind.
    """

    scale: str
    seed: int
    region: str
    years: tuple[int, ...]
    municipalities: int
    schools: int
    files: int
    defects: Mapping[str, int]

    @property
    def text(self) -> str:
        """Summary for a person, in Russian, several lines."""
        lines = [
            f"Вымышленный регион «{self.region}» записан в data/raw.",
            f"Масштаб {self.scale}, начальное число {self.seed}, годы {self.years[0]}–{self.years[-1]}.",
            f"Муниципалитетов: {self.municipalities}, школ: {self.schools}, файлов: {self.files}.",
        ]
        if self.defects:
            kinds = ", ".join(f"{KINDS[kind]} — {number}" for kind, number in self.defects.items())
            lines.append(f"Намеренных дефектов: {sum(self.defects.values())} ({kinds}).")
        return "\n".join(lines)


def generate(data: Path, scale: str = "region", seed: int = 847) -> DemoSummary:
    """Write a synthetic region into `data/raw` and the truth about it into `data/truth`.

    Files that an earlier call wrote are replaced; files of anybody else are never touched.

    Args:
        data: the project's folder `data`; created where absent.
        scale: `municipality`, `region` or `country`.
        seed: not negative; the same seed, scale and version of the library give the same bytes.

    Raises:
        InputError: unknown scale, negative seed, files of the user in `data/raw`, or the disk does not take
            the files.
    """
    chosen = find_scale(scale)
    if seed < 0:
        raise InputError(f"Начальное число {seed} отрицательно. Укажите целое число от нуля, например 847.")
    publish.check_raw(data)
    region = files.build(chosen, seed)
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".demo-", dir=data) as aside:
            raw, truth = Path(aside) / publish.RAW, Path(aside) / publish.TRUTH
            raw.mkdir()
            truth.mkdir()
            defects = files.write_region(region, raw, truth, chosen, seed)
            count = publish.replace(data, raw, truth, {"scale": scale, "seed": seed})
    except OSError as error:
        raise InputError(
            f"Учебный регион не записан в «{data}»: {error.strerror or error}. "
            "Проверьте место на диске и права на папку и повторите."
        ) from error
    newest = region.register[region.register["year"] == YEARS[-1]]
    return DemoSummary(
        scale=scale,
        seed=seed,
        region=str(region.places["region"].iloc[0]),
        years=YEARS,
        municipalities=len(region.places),
        schools=len(newest),
        files=count,
        defects={str(kind): int(number) for kind, number in defects["kind"].value_counts(sort=False).items()},
    )
