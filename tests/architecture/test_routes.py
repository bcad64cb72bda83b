"""Every route that the console serves is known to the tests of its gate."""

from __future__ import annotations

from pathlib import Path

from tests.support.console_routes import LINES, routes_of_the_console


def test_every_route_has_a_line_that_says_who_may_send_what_there(tmp_path: Path) -> None:
    found = routes_of_the_console(tmp_path)
    named = {route for _, route in LINES}
    assert found - named == set(), "give a new route a line in tests/support/console_routes.py"
    assert named - found == set(), "there is no such route any more"
    assert len(named) == len(LINES)
