"""Screens in the states that matter most, without what none may show; `python -m tests.screenshots` takes them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.screenshots.accessibility import THEIRS
from tests.screenshots.gallery import FOLDER, Gallery
from tests.screenshots.states import STATES
from tests.support.demo import ROOT

pytestmark = pytest.mark.browser
NARROW = 640
WATCHED = ("batches", "batch", "wall")


def test_every_screen_is_accessible_and_as_wide_as_its_window_in_both_schemes(browser: Browser, tmp_path: Path) -> None:
    problems: list[str] = []
    with STATES["usual"](tmp_path) as stage:
        Gallery(browser, FOLDER, problems, widths=(NARROW,), axe=True).take("usual", stage)
    assert not problems


@pytest.mark.parametrize("state", ["interrupted", "outage"])
def test_the_screens_that_are_watched_show_their_state(browser: Browser, tmp_path: Path, state: str) -> None:
    problems: list[str] = []
    with STATES[state](tmp_path) as stage:
        Gallery(browser, FOLDER, problems, widths=(NARROW,), schemes=("light",), only=WATCHED).take(state, stage)
    assert not problems


def test_the_document_lists_what_is_streamlits_own() -> None:
    document = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
    assert [known for known in THEIRS if f"`{known.rule}`" not in document] == []
