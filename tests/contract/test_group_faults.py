"""Faults in parts of the calls that rows share: one offer a row, and one end for every row."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tests.support.group_faults import FAULTS, PAIRS, Faults, found_of

SOME_PAIRS = random.Random(20261129).sample(PAIRS, 60)


@pytest.mark.parametrize("runs", [[(fault,) for fault in FAULTS], SOME_PAIRS], ids=["alone", "in pairs"])
def test_faults_in_parts_of_shared_calls_leave_one_offer_a_row(runs: Sequence[Faults]) -> None:
    found = found_of(runs)
    assert found.wrong == []
    assert found.runs == len(runs)
    assert found.befallen >= 0.8 * len(runs), "a call that eBay refuses as a whole is followed by single ones"
