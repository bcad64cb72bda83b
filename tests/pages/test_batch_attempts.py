"""The runs of a row, side by side in its drawer."""

from __future__ import annotations

from tests.support import drafting
from tests.support.desk import Desk, text, upcs


def test_the_second_attempt_stands_beside_the_first(desk: Desk) -> None:
    upc = upcs(1)[0]
    job = desk.submit([upc])
    drafting.work(desk, upc)
    desk.engine.commands.retry_failed(job.job_id)
    drafting.work(desk)
    app = desk.screen("batch", job_id=job.job_id)
    app.session_state["row"] = 0
    app.run()
    assert not app.exception
    ends = [column for column in app.columns if any(note.value.startswith("Attempt ") for note in column.caption)]
    first, second = (" ".join(part.value for part in (*column.caption, *column.markdown)) for column in ends)
    assert first.startswith("Attempt 1")
    assert "Releases that differ in year" in first
    assert second.startswith("Attempt 2")
    assert "Succeeded" in second


def test_a_row_that_nobody_has_begun_has_no_attempts(desk: Desk) -> None:
    job = desk.submit(upcs(1))
    app = desk.screen("batch", job_id=job.job_id)
    app.session_state["row"] = 0
    assert "Attempts" not in text(app.run())
