"""«Уровень объективности оценки образовательных результатов»: the published algorithm, as published (§6.1).

In:   means of two years by school and series; how journal marks and scores go together, where known.
Out:  `indicator`: up to 14 signs a school, and the index of the region.
Not:  the official list (§6.2), with which it agrees poorly (§6.3: overlaps of 3–7 schools), nor our own
      signals.

Source: ФИОКО, «Методика расчёта показателя „Уровень объективности оценки образовательных результатов
в субъекте РФ“». The publication states no minimum of participants, and none is applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.analysis.credibility import jump

HIGH = ("vpr-ru-4", "vpr-ma-4", "vpr-ru-5", "vpr-ma-5", "oge-ru", "oge-ma")
MISMATCH = HIGH[:4]
SUBJECTS = ("ru", "ma")
SIGNS = (
    *(f"high:{series}" for series in HIGH),
    *(f"mismatch:{series}" for series in MISMATCH),
    *(f"{way}:{subject}" for way in ("rise", "fall") for subject in SUBJECTS),
)
_Z = 1.96  # as printed


@dataclass(frozen=True)
class Indicator:
    """The published indicator.

    Attributes:
        signs: one row a school and sign that can be evaluated: school_id, sign (one of `SIGNS`), flagged.
        evaluated: signs that could be evaluated for at least one school.
    """

    signs: pd.DataFrame

    @property
    def evaluated(self) -> list[str]:
        """Signs that the data allow, in the order of the publication."""
        known = set(self.signs["sign"])
        return [sign for sign in SIGNS if sign in known]

    @property
    def schools(self) -> pd.DataFrame:
        """school_id, evaluated, flagged (number of signs), signs (flagged ones joined by `;`)."""
        marked = self.signs.assign(told=self.signs["sign"].where(self.signs["flagged"], ""))
        return marked.groupby("school_id", as_index=False, sort=True).agg(
            evaluated=("sign", "size"),
            flagged=("flagged", "sum"),
            signs=("told", lambda told: ";".join(filter(None, told))),
        )

    @property
    def index(self) -> tuple[int, int] | None:
        """Schools without any sign, and schools evaluated; the index is the one in per cent of the other."""
        of = self.schools
        return (int(of["flagged"].eq(0).sum()), len(of)) if len(of) else None


def indicator(
    before: pd.DataFrame, after: pd.DataFrame, comparison: pd.DataFrame, most: Mapping[tuple[str, int], int]
) -> Indicator:
    """All signs that the data allow.

    Args:
        before: `jump.moments` of the year before, all series together; its grade 4 is the cohort.
        after: the same of the year.
        comparison: `journal_comparison` of the year, see `mismatches`.
        most: highest scores by series and year, where known.
    """
    parts = [high_means(after), mismatches(comparison)]
    pairs = [("grades", f"vpr-{name}-4", f"vpr-{name}-5") for name in SUBJECTS]
    jumps = jump.ratios(before, after, pairs, most, least=1)
    for way in ("rise", "fall"):
        known = jumps[jumps["direction"].notna().to_numpy(dtype=bool)]
        subject = known["series_after"].str.split("-").str[1]
        parts.append(
            pd.DataFrame(
                {
                    "school_id": known["school_id"],
                    "sign": f"{way}:" + subject,
                    "flagged": known["direction"].eq(way),
                }
            )
        )
    signs = pd.concat(parts, ignore_index=True)
    return Indicator(signs.astype({"school_id": "str", "sign": "str", "flagged": "bool"}))


def high_means(moments: pd.DataFrame) -> pd.DataFrame:
    """(a) The 95 % interval of a school's mean lies over that of all pupils of the region.

    Args:
        moments: school_id, series, participants, mean, sd of one year.

    Returns:
        school_id, sign, flagged; schools with one participant, whose deviation is unknown, are left out.
    """
    parts = []
    for series in HIGH:
        part = moments[moments["series"].eq(series).to_numpy(dtype=bool)]
        if part.empty:
            continue
        n = part["participants"].to_numpy(dtype=np.float64)
        mean = part["mean"].to_numpy(dtype=np.float64)
        deviation = part["sd"].to_numpy(dtype=np.float64, na_value=np.nan)
        total = float(n.sum())
        middle = float((n * mean).sum() / total)
        within = np.where(n > 1, (n - 1) * np.nan_to_num(deviation) ** 2, 0.0)
        spread = np.sqrt((within + n * (mean - middle) ** 2).sum() / max(total - 1, 1))
        upper = middle + _Z * spread / np.sqrt(total)
        known = ~np.isnan(deviation)
        lower = mean - _Z * np.nan_to_num(deviation) / np.sqrt(n)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": part["school_id"].to_numpy()[known],
                    "sign": f"high:{series}",
                    "flagged": (lower > upper)[known],
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else _no_signs()


def mismatches(comparison: pd.DataFrame) -> pd.DataFrame:
    """(b) Journal marks and scores go in opposite directions: school_id, sign, flagged.

    Args:
        comparison: school_id, series, spearman (Float64: the correlation of mid-ranks; the printed formula
            ignores ties and would give another sign now and then), from `journal_comparison` of one year.
            Missing where only counts were received, and where all marks or all scores of a work are equal.
    """
    if "spearman" not in comparison:  # a snapshot made before it was worked out
        return _no_signs()
    known = comparison[
        comparison["series"].isin(MISMATCH).to_numpy(dtype=bool)
        & comparison["spearman"].notna().to_numpy(dtype=bool)
    ]
    if known.empty:
        return _no_signs()
    return pd.DataFrame(
        {
            "school_id": known["school_id"],
            "sign": "mismatch:" + known["series"].astype("str"),
            "flagged": known["spearman"].lt(0).astype(bool),
        }
    )


def _no_signs() -> pd.DataFrame:
    return pd.DataFrame({"school_id": [], "sign": [], "flagged": pd.Series(dtype="bool")})
