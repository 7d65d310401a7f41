"""Movement between clusters beside what chance alone would move, in Russian.

In:   numbers of a year: found, expected under no change, their spread.
Out:  `beside_chance`, `unlike_years`; a sentence each, empty where there is nothing to say.
"""

from collections.abc import Mapping
from typing import Any

from shnor_lib.present import text

_ROUND = 10  # schools from which on tenths say nothing


def beside_chance(
    found: Mapping[str, Any],
    likely: Mapping[str, float] | None,
    spread: Mapping[str, float] | None,
    comparable: bool,
) -> str:
    """What of the positive movement chance alone would give.

    Args:
        found: `DynamicsView.summary`.
        likely: `DynamicsView.expected`.
        spread: `DynamicsView.expected_sd`.
        comparable: the years may be compared (R13).
    """
    if likely is None or not found["base"]:
        return ""
    expected, observed = likely["positive"], found["positive"]
    about = text.number(expected, 0 if expected >= _ROUND else 1)
    # Two standard deviations of what chance alone gives: less than that is no news.
    if abs(observed - expected) <= 2 * (spread or {}).get("positive", 0.0):
        return (
            f"Примерно столько же (около {about}) было бы, если бы в школах ничего не изменилось: "
            "часть школ попадает в список и выходит из него случайно."
        )
    word = "больше" if observed > expected else "меньше"
    cause = (
        "у различия, вероятно, есть причина"
        if comparable
        else "причиной могут быть и иные условия проведения работ"
    )
    return f"Это {word}, чем дал бы один случай (около {about}): {cause}."


def unlike_years(year: int) -> str:
    """That the works of a year and of the one before were not alike (R13)."""
    return (
        f"Работы {year - 1} и {year} годов проводились в разных условиях "
        "(иные задания, время года или шкала). Переходы между кластерами отражают и эту перемену."
    )
