"""`python -m tests.screenshots`: the pictures of every screen in every state, into var/screenshots."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import sync_playwright

from tests.screenshots import readme
from tests.screenshots.gallery import FOLDER, SCHEMES, WIDTHS, Gallery, Scheme
from tests.screenshots.states import STATES
from tests.support.browser import MISSING, chromium


def main(
    state: Annotated[list[str] | None, typer.Option(help=f"Of these: {', '.join(STATES)}")] = None,
    screen: Annotated[list[str] | None, typer.Option(help="By the names of their files, such as new_batch")] = None,
    width: Annotated[list[int] | None, typer.Option(help="In pixels")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="light or dark")] = None,
    axe: Annotated[bool, typer.Option(help="Check each for accessibility too")] = False,
    pictures: Annotated[bool, typer.Option("--readme", help="Those of the README, and no others")] = False,
) -> None:
    """Take the pictures that are asked for, all of them without options; say what is wrong with any."""
    schemes: list[Scheme] = [known for known in SCHEMES if not scheme or known in scheme]
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        if browser is None:
            sys.exit(MISSING)
        if pictures:
            with tempfile.TemporaryDirectory() as folder, STATES["empty"](Path(folder)) as stage:
                readme.take(browser, stage)
            return
        gallery = Gallery(browser, FOLDER, problems, width or WIDTHS, schemes, screen or (), axe)
        for name in state or STATES:
            with tempfile.TemporaryDirectory() as folder, STATES[name](Path(folder)) as stage:
                before = len(problems)
                typer.echo(f"{name}: {gallery.take(name, stage)} pictures")
                typer.echo("".join(f"{problem}\n" for problem in problems[before:]), err=True, nl=False)
        browser.close()
    sys.exit(bool(problems))


typer.run(main)
