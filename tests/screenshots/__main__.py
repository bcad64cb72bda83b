"""`python -m tests.screenshots`: the pictures of every screen in every state, into var/screenshots."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import Browser, sync_playwright

from tests.screenshots import readme
from tests.screenshots.gallery import FOLDER, SCHEMES, WIDTHS, Gallery, Scheme
from tests.screenshots.states import STATES
from tests.support.browser import MISSING, chromium


@dataclass(frozen=True)
class Wanted:
    """Which pictures are asked for, in whichever state."""

    widths: Sequence[int]
    schemes: Sequence[Scheme]
    screens: Sequence[str]
    axe: bool


def main(
    state: Annotated[list[str] | None, typer.Option(help=f"Of these: {', '.join(STATES)}")] = None,
    screen: Annotated[list[str] | None, typer.Option(help="By the names of their files, such as new_batch")] = None,
    width: Annotated[list[int] | None, typer.Option(help="In pixels")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="light or dark")] = None,
    axe: Annotated[bool, typer.Option(help="Check each for accessibility too")] = False,
    processes: Annotated[int, typer.Option(help="So many states at a time", min=1)] = 2,
    pictures: Annotated[bool, typer.Option("--readme", help="Those of the README, and no others")] = False,
) -> None:
    """Take the pictures that are asked for, all of them without options; say what is wrong with any."""
    if pictures:
        with _browser() as browser, tempfile.TemporaryDirectory() as folder, STATES["empty"](Path(folder)) as stage:
            readme.take(browser, stage)
        return
    schemes: list[Scheme] = [known for known in SCHEMES if not scheme or known in scheme]
    take = partial(_take, Wanted(width or WIDTHS, schemes, screen or (), axe))
    wrong = False
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        states: dict[Future[tuple[int, list[str]]], str] = {pool.submit(take, name): name for name in state or STATES}
        for future in as_completed(states):
            taken, problems = future.result()
            typer.echo(f"{states[future]}: {taken} pictures")
            typer.echo("".join(f"{problem}\n" for problem in problems), err=True, nl=False)
            wrong = wrong or bool(problems)
    sys.exit(wrong)


def _take(wanted: Wanted, state: str) -> tuple[int, list[str]]:
    """Take the pictures of one state; return how many, and what is wrong with them."""
    problems: list[str] = []
    with _browser() as browser, tempfile.TemporaryDirectory() as folder, STATES[state](Path(folder)) as stage:
        gallery = Gallery(browser, FOLDER, problems, wanted.widths, wanted.schemes, wanted.screens, wanted.axe)
        return gallery.take(state, stage), problems


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        if browser is None:
            sys.exit(MISSING)
        yield browser
        browser.close()


if __name__ == "__main__":
    typer.run(main)
