"""Small-number statistics: beside the rules, never in them.

`intervals` of single shares, `shrinkage` by moments, `funnel` limits, `levels` of schools as one model of a
region. Chance never changes the formal list; it is shown beside it.
"""

from shnor_lib.statistics.intervals import RELIABILITY, Z95, Floats, certainty, reliability, wilson
from shnor_lib.statistics.shrinkage import beta_strength, shrunk_ratio

__all__ = [
    "RELIABILITY",
    "Z95",
    "Floats",
    "beta_strength",
    "certainty",
    "reliability",
    "shrunk_ratio",
    "wilson",
]
