"""`python -m engine drafts` and `price`: one decision on several drafts of a batch, prices for those without one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from engine import terminal
from engine.domain.listing.pricing import ANY
from engine.public import MAX_CENTS, BulkAction, Engine, NoPrice, Queries, SeenRow
from engine.reading.cell_words import CellProblem
from engine.reading.cells import price_cents

out = Console()


class Action(StrEnum):
    """The actions as the command line spells them."""

    APPROVE = "approve"
    HOLD = "hold"
    REOPEN = "reopen"
    SEND_AGAIN = "send-again"
    REMOVE = "remove"
    PUT_BACK = "put-back"
    PRICE = "price"


def drafts(
    action: Annotated[Action, typer.Argument()],
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    rows: Annotated[
        list[int] | None,
        typer.Argument(metavar="[ROW]...", min=1, help="Rows, as `status` and results.csv number them; all without."),
    ] = None,
    price: Annotated[str, typer.Option(metavar="DOLLARS", help="What `price` gives them, such as 4.99.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove all drafts of the batch without asking.")] = False,
) -> None:
    """Approve, hold, reopen, send again, remove, put back or price drafts of a batch."""
    if (action is Action.PRICE) is not bool(price):
        raise typer.BadParameter("--price goes with the action price, and with no other")
    given = cents(price) if price else None
    engine, wanted = terminal.open_engine(), BulkAction[action.name]
    chosen = _named(engine.queries, job, rows) if rows else engine.bulk_actions.rows(wanted, job)
    if wanted is BulkAction.REMOVE and not rows and chosen and not yes:
        typer.confirm(f"Remove all {len(chosen)} drafts of {job}?", abort=True)
    left = _apply(engine, wanted, chosen, given)
    if left and rows:
        raise typer.Exit(1)


def price(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    prices: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PRICE]...", help="Your prices where none is found: CD=4.99, or 6.99 for any format."),
    ] = None,
    as_drafts: Annotated[
        bool, typer.Option("--as-drafts", help="Draft rows that failed for want of a price without one.")
    ] = False,
) -> None:
    """Do those rows of a batch again that lack a price; without prices of yours they are looked for again."""
    table = price_table(prices or ())
    no_price = NoPrice.DRAFT if as_drafts else None
    priced = terminal.open_existing().commands.price(job, table, no_price=no_price)
    terminal.say(f"The rows of batch {job} that lack a price are queued again.")
    terminal.print_jobs([priced])


_FORMATS = {name.casefold(): name for name in ("CD", "Vinyl", "Cassette", "DVD", "Blu-ray", "VHS")}


def price_table(prices: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return prices that were typed as `CD=4.99`, or `6.99` for any format, as a rule has them.

    Raises:
        typer.BadParameter: one of them is none.
    """
    given = (one.rpartition("=") for one in prices)
    return {_FORMATS.get(name.strip().casefold(), name.strip()) or ANY: {ANY: cents(text)} for name, _, text in given}


def cents(text: str) -> int:
    """Return a price that was typed, in US cents.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        found = price_cents(text)
    except CellProblem as problem:
        raise typer.BadParameter(f"{problem}.") from problem
    if found is None or found > MAX_CENTS:
        raise typer.BadParameter(f"“{text}” is no price: write it like 4.99")
    return found


def _apply(engine: Engine, action: BulkAction, rows: Sequence[SeenRow], price_cents: int | None) -> int:
    """Do it, say what became of the rows, and return how many were left alone."""
    results = engine.bulk_actions.apply(action, rows, price_cents=price_cents)
    left = [result for result in results if not result.done]
    out.print(f"{len(results) - len(left)} done, {len(left)} left alone", highlight=False)
    for result in left:
        row = result.row
        lines = [item.line for item in engine.queries.items_at(row.job_id, [row.index])]
        name = f"row {lines[0]}" if lines else f"row with index {row.index}"
        out.print(f"  {name}: {result.reason}", highlight=False, markup=False)
    return len(left)


def _named(queries: Queries, job_id: str, lines: Sequence[int]) -> list[SeenRow]:
    """Return the rows that stand in these lines of the file.

    Raises:
        JobUnknown: there is no such batch.
        typer.BadParameter: a line holds no row of it.
    """
    every = range(queries.job(job_id).total_upcs or 0)

    def line_of(index: int) -> int:
        return queries.items_at(job_id, [index])[0].line

    found = []
    for line in lines:
        index = bisect_left(every, line, key=line_of)
        if index not in every or line_of(index) != line:
            raise typer.BadParameter(f"{job_id} has no row {line}")
        found.append(SeenRow(job_id, index))
    return found
