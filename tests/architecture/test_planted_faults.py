"""The faults that are planted stand where they are said to, and the tests that are to notice them exist."""

from __future__ import annotations

import pytest

from tests.planted.faults import FAULTS, Fault
from tests.support.demo import ROOT


def test_there_are_enough_and_each_is_one_of_its_own() -> None:
    assert len(FAULTS) >= 25
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted_and_its_tests_exist(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text(encoding="utf-8").count(fault.old) == 1
    assert fault.old != fault.new
    for file, _, test in (named.partition("::") for named in fault.tests.split()):
        assert (ROOT / file).exists()
        assert not test or f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")
