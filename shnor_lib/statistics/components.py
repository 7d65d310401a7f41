"""The first principal component of a few indicators, and whether they have one (METHODOLOGY §3).

In:   values of indicators, complete rows only.
Out:  `Component`: loadings, share of the variance, measure of Kaiser, Meyer and Olkin.
Not:  whether to use it (see `analysis.social_index`).
"""

from dataclasses import dataclass

import numpy as np

from shnor_lib.statistics.intervals import Floats

_SINGULAR = 1e-9


@dataclass(frozen=True)
class Component:
    """What several indicators have in common.

    Attributes:
        loadings: correlation of each indicator with the component, −1 to 1; their sum is not negative.
        explained: share of the variance of all indicators, 0–1.
        kmo: measure of sampling adequacy, 0–1: near 1 where correlations are not those of single pairs.
    """

    loadings: Floats
    explained: float
    kmo: float


def first_component(values: Floats) -> Component | None:
    """The first principal component of the correlations of some indicators.

    Args:
        values: rows × indicators, nothing missing.

    Returns:
        None where there is none to speak of: fewer than two indicators, not more rows than indicators, an
        indicator that does not vary, or one that the others determine.
    """
    rows, width = values.shape
    if width < 2 or rows <= width or (values.std(axis=0) == 0).any():
        return None
    correlations = np.asarray(np.corrcoef(values, rowvar=False), dtype=np.float64)
    roots, vectors = np.linalg.eigh(correlations)
    if roots[0] < _SINGULAR:
        return None
    loadings = vectors[:, -1] * np.sqrt(roots[-1])
    return Component(
        loadings=loadings if loadings.sum() >= 0 else -loadings,
        explained=float(roots[-1] / width),
        kmo=_adequacy(correlations),
    )


def _adequacy(correlations: Floats) -> float:
    """Σ r² against Σ r² + Σ of squared partial correlations, all pairs."""
    inverse = np.linalg.inv(correlations)
    scale = np.sqrt(np.diag(inverse))
    partial = inverse / np.outer(scale, scale)
    pairs = ~np.eye(len(correlations), dtype=bool)
    whole, own = float((correlations[pairs] ** 2).sum()), float((partial[pairs] ** 2).sum())
    return whole / (whole + own) if whole + own > 0 else 0.0
