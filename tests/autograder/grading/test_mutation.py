"""Every mutant of a reference solution that acts otherwise is refused."""

import pytest
from benchmarks.mutation import known_survivors, mutants, survives
from support.contract import CODE_GAPS
from support.gap_cells import imported_names

# A mutant of these is a network that is built or trained.
WITH_KERAS = ("build_cnn", "train", "evaluate")


@pytest.mark.parametrize(
    "gap",
    [pytest.param(g, marks=pytest.mark.measured if g in WITH_KERAS else []) for g in CODE_GAPS],
)
def test_only_mutants_on_the_list_survive(gap: str) -> None:
    made = mutants(gap)

    alive = {mutant.change for mutant in made if survives(mutant, imported_names(gap))}

    assert len(made) >= 4
    assert alive <= {change for of_gap, change in known_survivors() if of_gap == gap}


def test_every_survivor_on_the_list_is_a_mutant_and_has_a_reason() -> None:
    made = {(gap, mutant.change) for gap in CODE_GAPS for mutant in mutants(gap)}

    assert set(known_survivors()) <= made
    assert all(len(reason) > 20 for reason in known_survivors().values())


def test_a_known_mistake_is_among_the_mutants() -> None:
    sources = {mutant.source for mutant in mutants("count_parameters")}

    assert any("channels - 1" in source for source in sources)
