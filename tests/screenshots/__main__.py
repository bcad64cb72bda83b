"""`python -m tests.screenshots`: the pictures of every screen in every state, into var/screenshots."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tests.screenshots import readme
from tests.screenshots.gallery import SCHEMES, WIDTHS, Scheme
from tests.screenshots.states import STATES
from tests.screenshots.taking import Wanted, a_browser


def main(
    state: Annotated[list[str] | None, typer.Option(help=f"Of these: {', '.join(STATES)}")] = None,
    screen: Annotated[list[str] | None, typer.Option(help="By the names of their files, such as new_batch")] = None,
    width: Annotated[list[int] | None, typer.Option(help="In pixels")] = None,
    scheme: Annotated[list[str] | None, typer.Option(help="light or dark")] = None,
    axe: Annotated[bool, typer.Option(help="Check each for accessibility too")] = False,
    processes: Annotated[int, typer.Option(help="So many states at a time", min=1)] = 2,
    pictures: Annotated[bool, typer.Option("--readme", help="Those of the README, and no others")] = False,
) -> None:
    """Take the pictures that are asked for, all of them without options; exit status 1 if anything is wrong with one.

    A state with anything wrong is taken once more, by itself: a busy machine is no fault of a screen.
    """
    if pictures:
        with a_browser() as browser, tempfile.TemporaryDirectory() as folder, STATES["empty"](Path(folder)) as stage:
            readme.take(browser, stage)
        return
    schemes: list[Scheme] = [known for known in SCHEMES if not scheme or known in scheme]
    wanted = Wanted(width or WIDTHS, schemes, screen or (), axe)
    doubtful = taken(wanted, state or list(STATES), processes)
    sys.exit(bool(doubtful and taken(wanted, doubtful, 1)))


def taken(wanted: Wanted, states: Sequence[str], processes: int) -> list[str]:
    """Take the pictures of these states, say what is wrong with any, and return the states in which something is."""
    wrong = []
    for name, count, problems in wanted.taken(states, processes):
        typer.echo(f"{name}: {count} pictures")
        typer.echo("".join(f"{problem}\n" for problem in problems), err=True, nl=False)
        if problems:
            wrong.append(name)
    return wrong


typer.run(main)
