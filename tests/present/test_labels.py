"""Every machine value has a Russian label, and symbols tell the labels of a group apart."""

import pytest

from shnor_lib.analysis import clusters, deficits, dynamics, identification, stability
from shnor_lib.analysis.credibility import bounds, jump, signals
from shnor_lib.data import schemas
from shnor_lib.present import labels, theme
from shnor_lib.statistics import RELIABILITY
from shnor_lib.verdicts import READINGS


@pytest.mark.parametrize(
    ("values", "group"),
    [
        (identification.STATUSES, labels.STATUSES),
        (schemas.CLUSTERS, labels.CLUSTERS),
        (dynamics.STATES, labels.TRANSITIONS),
        (dynamics.MOVEMENTS, labels.MOVEMENTS),
        (clusters.SCHEMES, labels.SCHEMES),
        (deficits.STATES, labels.DEFICIT_STATES),
        (RELIABILITY, labels.RELIABILITY),
        (stability.CLASSES, labels.FIRMNESS),
        (signals.SIGNALS, labels.SIGNALS),
        (jump.KINDS, labels.JUMP_KINDS),
        (bounds.EVIDENCE, labels.EVIDENCE),
        (READINGS, labels.READINGS),
        (("above", "borderline", "below"), labels.CERTAINTY),
        (schemas.SIGNIFICANCES, labels.SIGNIFICANCE),
        (schemas.LEVELS, labels.LEVELS),
        (schemas.SCHOOL_STATUSES, labels.SCHOOL_STATUSES),
        (schemas.CROSSWALK_KINDS, labels.CROSSWALK_KINDS),
        (schemas.ATTEMPTS, labels.ATTEMPTS),
        (schemas.HELD, labels.HELD),
    ],
)
def test_every_machine_value_has_a_label(values, group):
    assert set(group) == set(values)
    assert all(label.text for label in group.values())


@pytest.mark.parametrize(
    "group", [labels.STATUSES, labels.CLUSTERS, labels.MOVEMENTS, labels.DEFICIT_STATES, labels.CERTAINTY]
)
def test_symbols_tell_labels_apart_without_colour(group):
    symbols = [label.symbol for label in group.values()]
    assert all(symbols)
    assert len(set(symbols)) == len(symbols)


@pytest.mark.parametrize(
    ("group", "colours"),
    [
        (labels.STATUSES, theme.STATUS_COLOURS),
        (labels.TRANSITIONS, theme.CLUSTER_COLOURS),
        (labels.DEFICIT_STATES, theme.DEFICIT_COLOURS),
    ],
)
def test_every_label_has_its_own_colour(group, colours):
    assert set(colours) == set(group)
    assert len(set(colours.values())) == len(colours)


@pytest.mark.parametrize("value", [None, float("nan"), ""])
def test_a_missing_value_is_a_dash(value):
    assert labels.of(labels.STATUSES, value).text == labels.MISSING
