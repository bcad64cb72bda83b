"""Takes the pictures of several states at a time, each by a process and a browser of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.screenshots.gallery import FOLDER, Gallery, Scheme
from tests.screenshots.states import STATES
from tests.support.browser import MISSING, chromium


@dataclass(frozen=True)
class Wanted:
    """Which pictures are asked for, in whichever state; `axe` has each checked for accessibility too."""

    widths: Sequence[int]
    schemes: Sequence[Scheme]
    screens: Sequence[str]
    axe: bool

    def taken(self, states: Sequence[str], processes: int) -> Iterator[tuple[str, int, list[str]]]:
        """Take them in these states, `processes` at a time; yield each, how many it has, and what is wrong with any."""
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            for future in as_completed([pool.submit(self.take, state) for state in states]):
                yield future.result()

    def take(self, state: str) -> tuple[str, int, list[str]]:
        """Take those of one state."""
        problems: list[str] = []
        with a_browser() as browser, tempfile.TemporaryDirectory() as folder, STATES[state](Path(folder)) as stage:
            gallery = Gallery(browser, FOLDER, problems, self.widths, self.schemes, self.screens, self.axe)
            return state, gallery.take(state, stage), problems


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Lend a browser; end the process where there is none."""
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        if browser is None:
            sys.exit(MISSING)
        yield browser
        browser.close()
