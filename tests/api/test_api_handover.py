"""`/api/handover` and `python -m engine handover`: what a shift hands over to the next."""

from __future__ import annotations

import pytest

from tests.support.batch_runs import Chosen, fails
from tests.support.serving import Served, lines, upcs


def test_a_shift_is_handed_over_with_what_mends_each_thing(served: Served) -> None:
    job_id = served.finished(lines(upcs(3)), Chosen({0: fails}))
    answer = served.get("/api/handover")
    assert [batch["job_id"] for batch in answer["finished_batches"]] == [job_id]
    (stuck,) = answer["stuck"]
    assert (stuck["screen"], stuck["cause"], stuck["rows"], stuck["lately"]) == ("attention", "no_match", 1, 1)
    assert "Not in the catalogues (1 row, 1 of them new)" in answer["text"]


@pytest.mark.parametrize("hours", ["0", "73", "eight"])
def test_a_shift_of_no_length_is_refused(served: Served, hours: str) -> None:
    assert served.call("GET", "/api/handover", params={"hours": hours}).status_code == 422
