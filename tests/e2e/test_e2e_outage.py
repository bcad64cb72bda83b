"""In an outage of the store whatever writes is disabled, on every screen and in every dialog, and comes back by itself.

A button that is enabled nevertheless is on the list of those that write nothing. Nothing else on a screen is lost.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.screenshots.gallery import OPEN_TOGETHER, SETTLED, in_groups
from tests.screenshots.states import STATES, Stage
from tests.screenshots.views import View, views

pytestmark = [pytest.mark.browser, pytest.mark.long]
WAIT_MILLISECONDS, LOOK_MILLISECONDS = 40_000, 250
SAYS = re.compile("does not answer|as soon as the store answers")
WRITE_NOTHING = frozenset(
    {
        "Choose a file",
        "Go on",
        "Leave it open",
        "New batch",
        "Newest",
        "Next",
        "Older",
        "Previous",
        "Sample file",
        "Show",
        "What do they lack?",
    }
)
PICK = frozenset({"Choose", "Chosen"})  # in the drawer for rows one by one, where another button takes what is picked
TYPED = {
    "seller": "Header",
    "batch_name": "Name",
    "new_batch_paste": "Barcodes, one in each line",
    "access": "Who, as the sign-in names them",
}
WORDS = "Typed before the outage"
PRESSED = ", ".join(
    (
        "[data-testid^=stBaseButton]:not([data-testid$=elementToolbar])",
        "[data-testid=stMenuButtonButton]",
        ".dm-button",
    )
)
NAMES = """(all) => all.filter((one) => !one.disabled && !one.ariaDisabled && !one.closest('header')).map((one) => {
  const copy = one.cloneNode(true);
  copy.querySelectorAll('[data-testid=stIconMaterial], kbd').forEach((other) => other.remove());
  return copy.textContent.trim();
})"""


def _first_tick(page: Page) -> None:
    page.get_by_test_id("stDataFrame").locator("canvas").first.click(position={"x": 18, "y": 55}, force=True)


def _press(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).first.click()


def _seen(job_id: str) -> Mapping[str, View]:
    """Return every screen, and what a click opens on one."""
    drafts = View("/drafts")
    return {
        **views("outage", job_id),
        "drafts_ticked": View(drafts.path, (_first_tick,)),
        "drafts_price": View(drafts.path, (_first_tick, _press("Price 1"))),
        "drafts_remove": View(drafts.path, (_press("Remove"),)),
        "scan_discard": View(views("outage", job_id)["scan"].path, (_press("Discard"),)),
    }


@contextlib.contextmanager
def _profile(browser: Browser) -> Iterator[BrowserContext]:
    with contextlib.closing(browser.new_context(viewport={"width": 1400, "height": 900})) as context:
        context.set_default_timeout(WAIT_MILLISECONDS)
        yield context


def _opened(context: BrowserContext, stage: Stage, view: View) -> Page:
    page = context.new_page()
    page.goto(f"{stage.parts.console.url}{view.path}")
    page.wait_for_function(SETTLED)
    for step in view.steps:
        step(page)
        page.evaluate("window.settledAt = 0")
        page.wait_for_function(SETTLED)
    return page


def _enabled(page: Page) -> frozenset[str]:
    """Return the names of the buttons that can be pressed, without the numbers on them: those change."""
    return frozenset(re.sub(r"\d[\d,]*", "#", name) for name in page.locator(PRESSED).evaluate_all(NAMES))


def _writing(page: Page, name: str) -> frozenset[str]:
    """Return the names of those of them that may write."""
    return _enabled(page) - WRITE_NOTHING - (PICK if name == "attention_one" else frozenset())


def _state(page: Page) -> object:
    """Return whether the page is being drawn, and whether it hears of the console, as Streamlit says."""
    return page.get_by_test_id("stApp").evaluate("({dataset}) => ({...dataset})")


def _becomes(page: Page, fact: Callable[[], bool]) -> bool:
    """Whether it becomes so while somebody looks at the page."""
    page.bring_to_front()
    for _ in range(WAIT_MILLISECONDS // LOOK_MILLISECONDS):
        if fact():
            return True
        page.wait_for_timeout(LOOK_MILLISECONDS)
    return False


@dataclass(frozen=True)
class _Screen:
    """A screen that was opened before the outage, and the buttons that could be pressed and may write."""

    name: str
    page: Page
    before: frozenset[str]

    def wrong_in_outage(self) -> list[str]:
        """Return what is wrong while the store is away."""
        if _becomes(self.page, lambda: not _writing(self.page, self.name)):
            return []
        return [f"{self.name}: enabled in the outage: {sorted(_writing(self.page, self.name))}"]

    def wrong_after(self) -> list[str]:
        """Return what is wrong once the store is back."""
        found = []
        if not _becomes(self.page, lambda: self.before <= _writing(self.page, self.name)):
            still = sorted(self.before - _writing(self.page, self.name))
            says = self.page.get_by_text(SAYS).all_inner_texts()
            found.append(f"{self.name}: not enabled again: {still}, {says}, {_state(self.page)}")
        if self.name in TYPED and _field(self.page, self.name).input_value() != WORDS:
            found.append(f"{self.name}: what was typed is lost")
        if self.page.get_by_test_id("stException").count():
            found.append(f"{self.name}: an exception")
        return found


def _field(page: Page, name: str) -> Locator:
    return page.get_by_label(TYPED[name]).last


def _begun(context: BrowserContext, stage: Stage, name: str, view: View) -> _Screen:
    page = _opened(context, stage, view)
    return _Screen(name, page, _writing(page, name))


def test_what_writes_is_disabled_in_an_outage_and_enabled_after_it(browser: Browser, tmp_path: Path) -> None:
    problems: list[str] = []
    with STATES["outage"](tmp_path) as stage, _profile(browser) as context:
        seen = _seen(stage.job_id)
        for names in in_groups(list(seen), OPEN_TOGETHER):
            screens = [_begun(context, stage, name, seen[name]) for name in names]
            for screen in screens:
                if screen.name in TYPED:
                    _field(screen.page, screen.name).fill(WORDS)
            with stage.parts.store_away():
                problems += [wrong for screen in screens for wrong in screen.wrong_in_outage()]
            for screen in screens:
                problems += screen.wrong_after()
                screen.page.close()
    assert problems == []


def test_a_screen_opened_in_an_outage_has_nothing_to_press_and_comes_up_after_it(
    browser: Browser, tmp_path: Path
) -> None:
    problems: list[str] = []
    with STATES["usual"](tmp_path) as stage, _profile(browser) as context:
        seen = {name: view for name, view in views("usual", stage.job_id).items() if not view.steps}
        for names in in_groups(list(seen), OPEN_TOGETHER):
            stage.parts.kill_console()
            stage.parts.start_console()  # has read nothing
            with stage.parts.store_away():
                screens = [_begun(context, stage, name, seen[name]) for name in names]
            problems += [f"{one.name}: enabled in the outage: {sorted(one.before)}" for one in screens if one.before]
            for screen in screens:
                says = screen.page.get_by_text(SAYS)
                if not _becomes(screen.page, lambda says=says: not says.count()):  # type: ignore[misc]
                    problems.append(f"{screen.name}: still says “{says.first.inner_text()}”: {_state(screen.page)}")
                screen.page.close()
    assert problems == []
