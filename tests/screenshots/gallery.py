"""Takes the pictures of one state: every screen, in both schemes, at every width; and says what is wrong with them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as NotInTime

from tests.screenshots.accessibility import violations
from tests.screenshots.states import Stage
from tests.screenshots.views import View, views
from tests.support.demo import ROOT

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FOLDER = ROOT / "var" / "screenshots"
WIDTHS = (1400, 1024, 640)
HEIGHT, TALLEST = 900, 4_000
WAIT_MILLISECONDS = 40_000
SAYS_MILLISECONDS = 40_000
OPEN_TOGETHER = 6
DRAWN_MILLISECONDS = 200  # what a table needs to draw itself anew after its width has changed

SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const drawing = '[data-testid=stAppSkeleton], [data-testid=stSkeleton], [data-stale=true]';
  const still = app?.dataset.testScriptState === 'notRunning' &&
    app.dataset.testConnectionState === 'CONNECTED' && !document.querySelector(drawing);
  window.settledAt = still ? window.settledAt || performance.now() : 0;
  return still && performance.now() - window.settledAt > 500;
}"""
HEIGHT_OF_ALL = "() => document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0"
WIDER = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
  .some((part) => part && part.scrollWidth > part.clientWidth + 1)"""


@dataclass(frozen=True)
class Shot:
    """One picture."""

    screen: str
    state: str
    width: int
    scheme: Scheme

    @property
    def file(self) -> str:
        return f"{self.screen}-{self.state}-{self.width}-{self.scheme}.png"


@dataclass(frozen=True)
class Gallery:
    """Pictures go into `folder`; `problems` says what is wrong with them, a line each.

    `only` names the screens, all of them where it is empty; `axe` has each checked for accessibility too.
    """

    browser: Browser
    folder: Path
    problems: list[str]
    widths: Sequence[int] = WIDTHS
    schemes: Sequence[Scheme] = SCHEMES
    only: Sequence[str] = ()
    axe: bool = False

    def take(self, state: str, stage: Stage) -> int:
        """Take the pictures of an installation in `state`; return how many.

        Screens that are to be open when something befalls the installation are open together, some at a time; others
        one by one.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        seen = views(state, stage.job_id)
        chosen = {name: view for name, view in seen.items() if not self.only or name in self.only}
        taken = 0
        for scheme in self.schemes:
            with self._profile(stage, scheme) as context:
                for names in in_groups(list(chosen), OPEN_TOGETHER if stage.befalls else 1):
                    pages = {name: self._opened(context, stage, chosen[name]) for name in names}
                    with stage.befalls() if stage.befalls else contextlib.nullcontext():
                        for name, page in pages.items():
                            taken += self._shots(page, stage, Shot(name, state, self.widths[0], scheme))
        return taken

    @contextlib.contextmanager
    def _profile(self, stage: Stage, scheme: Scheme) -> Iterator[BrowserContext]:
        """Lend a fresh profile of the browser."""
        size: ViewportSize = {"width": self.widths[0], "height": HEIGHT}
        with contextlib.closing(self.browser.new_context(viewport=size, color_scheme=scheme)) as context:
            context.set_default_timeout(WAIT_MILLISECONDS)
            if not stage.arrives:
                context.route_web_socket("**/_stcore/stream", lambda _socket: None)
            yield context

    def _opened(self, context: BrowserContext, stage: Stage, view: View) -> Page:
        """Return a page on which the screen is drawn, as far as it ever is, and what is to be open is opened."""
        page = context.new_page()
        page.goto(f"{stage.parts.console.url}{view.path}")
        if not stage.arrives:
            page.get_by_test_id("stAppSkeleton").first.wait_for()
            return page
        self._settle(page, view.path)
        try:
            for step in view.steps:
                step(page)
                self._settle(page, view.path)
        except PlaywrightError as error:
            self.problems.append(f"{view.path}: not opened: {error.message.splitlines()[0]}")
        return page

    def _settle(self, page: Page, name: str) -> None:
        """Wait until nothing is being drawn, and note where that takes too long."""
        try:
            page.wait_for_function(SETTLED)
        except NotInTime:
            self.problems.append(f"{name}: still being drawn after {WAIT_MILLISECONDS / 1000:g} s")

    def _shots(self, page: Page, stage: Stage, first: Shot) -> int:
        """Take the pictures of one page, close it, and return how many there are."""
        page.bring_to_front()
        self._wait_for(page, stage, first)
        for width in self.widths:
            shot = replace(first, width=width)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if stage.draws:
                self._settle(page, shot.file)
            tall = min(TALLEST, max(HEIGHT, page.evaluate(HEIGHT_OF_ALL)))
            page.set_viewport_size({"width": width, "height": tall})
            page.wait_for_timeout(DRAWN_MILLISECONDS)
            self._look(page, shot)
            page.screenshot(path=self.folder / shot.file, animations="disabled")
        page.close()
        return len(self.widths)

    def _wait_for(self, page: Page, stage: Stage, shot: Shot) -> None:
        """Wait until the screen says what its state is to say, and note where it does not."""
        if stage.says:
            try:
                page.get_by_text(re.compile(stage.says)).first.wait_for(timeout=SAYS_MILLISECONDS)
            except NotInTime:
                self.problems.append(f"{shot.file}: nothing like “{stage.says}”")

    def _look(self, page: Page, shot: Shot) -> None:
        """Note what no screen may show."""
        if page.get_by_test_id("stException").count():
            self.problems.append(f"{shot.file}: an exception")
        if page.get_by_text("Traceback (most recent call last)").count():
            self.problems.append(f"{shot.file}: a traceback")
        if page.evaluate(WIDER):
            self.problems.append(f"{shot.file}: wider than its window")
        if self.axe and violations(page):
            self._settle(page, shot.file)  # what is just being drawn is dimmed by Streamlit
            self.problems.extend(f"{shot.file}: {violation}" for violation in violations(page))


def in_groups(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the names, so many at a time."""
    yield from (names[start : start + size] for start in range(0, len(names), size))
