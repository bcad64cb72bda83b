"""Hand-over: what a shift leaves to the next, with the screen that mends each thing."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console.context import context, handles
from console.screens import handover
from tests.support.desk import Desk, text, upcs


def links(app: AppTest) -> list[tuple[str, str]]:
    """Return where the links of a screen lead: the page, and what its address says."""
    found: list[Any] = [element.proto for element in app.get("page_link")]
    return [(link.page, link.query_string) for link in found]


def test_what_is_stuck_leads_to_the_screen_that_mends_it(desk: Desk) -> None:
    desk.submit(upcs(3), name="Done")
    desk.work(failing=upcs(2))
    paused = desk.submit(upcs(4), name="Box <14>")
    desk.engine.commands.pause(paused.job_id)
    app = desk.screen("handover")
    assert not app.exception
    said = text(app)
    assert "Not in the catalogues" in said
    assert "Box <14>" in said
    assert "A person paused it." in said
    assert ("attention", "cause=no_match") in links(app)
    assert ("batch", f"job_id={paused.job_id}") in links(app)


def test_a_shift_without_trouble_says_so(desk: Desk) -> None:
    assert "Nothing is stuck." in text(desk.screen("handover"))


@pytest.mark.parametrize(
    ("address", "hours"), [({}, 8), ({"hours": "24"}, 24), ({"hours": "9"}, 8), ({"hours": "x"}, 8)]
)
def test_the_length_of_a_shift_stands_in_the_address(address: dict[str, str], hours: int) -> None:
    assert handover.hours_of(address) == hours


def test_the_length_that_is_chosen_is_kept_in_the_address(desk: Desk) -> None:
    app = desk.screen("handover", hours="12")
    assert app.session_state[handover.CHOSEN] == 12
    app.segmented_control(key=handover.CHOSEN).set_value(24).run()
    assert app.query_params["hours"] == "24"


def test_the_message_says_what_the_screen_says(desk: Desk) -> None:
    job = desk.submit(upcs(3), name="Box 14")
    desk.engine.commands.pause(job.job_id)
    (code,) = desk.screen("handover", hours="12").code
    assert "- Box 14 (3 rows): A person paused it." in code.value


def test_an_outage_is_shown_as_one_and_keeps_the_last_report(desk: Desk) -> None:
    job = desk.submit(upcs(3), name="Box 14")
    desk.engine.commands.pause(job.job_id)
    app = desk.screen("handover")
    desk.away()
    context().poller.changed()
    app.run()
    assert "Showing data from" in app.warning[0].value
    assert "Box 14" in text(app)
    handles.cache_clear()
    assert "does not answer" in desk.screen("handover").error[0].value
