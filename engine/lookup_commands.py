"""`python -m engine lookups`: what the services said of barcodes, and how it is forgotten."""

from __future__ import annotations

from typing import Annotated

import typer

from engine import terminal

app = typer.Typer(no_args_is_help=True, help="What the services said of barcodes and is kept for a while.")


@app.callback()
def lookups() -> None:
    """Make `forget` a command of its own name although there is no other."""


@app.command()
def forget(upcs: Annotated[list[str], typer.Argument(metavar="UPC...", help="Barcodes, in any spelling.")]) -> None:
    """Forget what the services said of barcodes: the next row with one of them asks anew."""
    for forgotten in terminal.open_existing().answers.forget(upcs):
        terminal.say(forgotten.sentence)
