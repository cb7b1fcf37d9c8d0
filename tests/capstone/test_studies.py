"""Each sample on one of its tasks, under one seed; `tests.capstone.trial` runs all, under more."""

from collections import Counter
from zlib import crc32

import pytest

from tests.capstone import trial
from tests.capstone.studies import SAMPLES


@pytest.mark.notebook
@pytest.mark.parametrize("name", SAMPLES)
def test_a_study_is_judged_as_it_deserves(name):
    sample, drawn = SAMPLES[name], crc32(name.encode())
    found = trial.broken(sample, sample.tasks[drawn % len(sample.tasks)], drawn % 997)
    assert trial.as_expected(sample, found), f"{sample.kind}, and broken is {found}"


def test_there_are_enough_samples_of_each_kind_for_each_task():
    counts = Counter((sample.kind, task) for sample in SAMPLES.values() for task in sample.tasks)
    for task in ("image", "speech", "text"):
        assert counts["honest", task] >= 10
        assert counts["mistake", task] >= 7 and counts["dishonest", task] >= 5
