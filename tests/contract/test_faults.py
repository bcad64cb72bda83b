"""Bad days of the services, alone and in pairs: the same drafts as on a good one, and no row fails for them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fault_runs import FAULTS, PAIRS, PERSONS, Ended, Fault, check, healthy, run
from tests.support.sandbox_server import Sandbox

SOME_PAIRS = random.Random(20261123).sample(PAIRS, 5)


@pytest.fixture(scope="module")
def good_day() -> Iterator[tuple[Sandbox, Ended]]:
    with healthy() as found:
        yield found


@pytest.mark.parametrize("fault", FAULTS, ids="-".join)
def test_a_fault_changes_no_draft(good_day: tuple[Sandbox, Ended], tmp_path: Path, fault: Fault) -> None:
    sandbox, whole = good_day
    ended = run(sandbox, tmp_path, fault)
    check(ended, whole, fault)
    if fault[1] in PERSONS:
        assert ended.pauses or fault[0] == "ebay", "eBay's token may just have run out: it is renewed once"


@pytest.mark.parametrize("pair", SOME_PAIRS, ids=lambda pair: "+".join(map("-".join, pair)))
def test_two_faults_change_no_draft(good_day: tuple[Sandbox, Ended], tmp_path: Path, pair: tuple[Fault, Fault]) -> None:
    sandbox, whole = good_day
    check(run(sandbox, tmp_path, *pair), whole, *pair)
