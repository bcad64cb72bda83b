"""`python -m engine handover`: what a shift hands over to the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from engine import terminal
from engine.public import LONGEST_SHIFT, shift_message


def handover(
    hours: Annotated[int, typer.Option(min=1, max=LONGEST_SHIFT, help="How long the shift was.")] = 8,
) -> None:
    """Show what was finished, what is stuck and what mends it, and what runs; times are in UTC."""
    terminal.say(shift_message(terminal.open_existing().shifts.report(timedelta(hours=hours))))
