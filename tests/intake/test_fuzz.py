"""A short run of the fuzz; the long one is `python -m tests.fuzz`."""

from tests.fuzz import trial
from tests.fuzz.run import run
from tests.fuzz.seeds import all_seeds

COUNT = 150


def test_harmed_files_end_with_a_table_or_a_reason() -> None:
    outcomes = {number: outcome for number, outcome, _ in run(range(COUNT), seed=847, jobs=1, real=False)}
    assert {number: outcome for number, outcome in outcomes.items() if not outcome.fine} == {}
    assert len(outcomes) == COUNT
    ends = {outcome.end for outcome in outcomes.values()}
    assert ends == {trial.READ, trial.SAID}, "harm was done, and not to everything"


def test_every_seed_is_read_as_it_is(tmp_path) -> None:
    told = {name: trial.attempt(name, body, tmp_path) for name, body in all_seeds(real=False)}
    assert {name: outcome for name, outcome in told.items() if outcome.end != trial.READ} == {}


def test_a_number_names_one_file() -> None:
    seeds = all_seeds(real=False)
    assert trial.make(1, 7, seeds) == trial.make(1, 7, seeds)
    assert trial.make(1, 7, seeds) != trial.make(2, 7, seeds)
