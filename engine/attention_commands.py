"""`python -m engine attention` and `fix`: failed rows of all batches, and one fix for many of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from engine import terminal
from engine.domain.identify.lead import MOST_FACTS
from engine.draft_commands import cents, price_table
from engine.errors import Cause
from engine.public import Engine, Fix, FixKind, FixState, Remedy, RowsWanted


class Kind(StrEnum):
    """The kinds of fix as the command line spells them."""

    RETRY = "retry"
    PRICE = "price"
    CHOOSE = "choose"
    TAKE_BEST = "take-best"
    BARCODE = "barcode"
    LEAVE_OUT = "leave-out"


def attention() -> None:
    """Show why rows of all batches need attention, and the newest fixes."""
    engine = terminal.open_existing()
    table = Table("Cause", "Rows", box=None)
    counts = engine.attention.causes()
    for one in counts:
        table.add_row(one.cause, f"{one.count:,}")
    if counts:
        terminal.print_whole(table)
    else:
        terminal.say("Nothing needs attention.")
    for fix in engine.fixes.newest(5):
        terminal.say(_line(fix))


def fix(
    kind: Annotated[Kind, typer.Argument()],
    cause: Annotated[Cause, typer.Argument(help="Why the rows failed, as `attention` names it.")],
    gtin: Annotated[str, typer.Option(help="Only rows of this barcode, as 14 digits.")] = "",
    job: Annotated[str, typer.Option(help="Only rows of this batch.")] = "",
    price: Annotated[
        list[str] | None,
        typer.Option(metavar="DOLLARS", help="What `price` gives them: 4.99, or CD=4.99 once a format."),
    ] = None,
    discogs: Annotated[str, typer.Option(help="The number of the release at Discogs, for `choose`.")] = "",
    musicbrainz: Annotated[str, typer.Option(help="The id of the release at MusicBrainz, for `choose`.")] = "",
    upc: Annotated[str, typer.Option(help="Only rows with this text for a barcode, as the file has it.")] = "",
    barcode: Annotated[str, typer.Option(help="What the copies say, for `barcode`.")] = "",
    same_album: Annotated[bool, typer.Option(help="`take-best` only where the candidates are one album.")] = False,
    facts: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_FACTS,
            help="`take-best` only where so many facts speak for the best candidate and no other.",
        ),
    ] = 0,
    check: Annotated[bool, typer.Option(help="Only say how many rows it would be done with.")] = False,
) -> None:
    """Fix all rows of all batches that failed for a cause, but those that cannot be fixed so."""
    wanted = RowsWanted(cause, gtin and gtin.rjust(14, "0"), job, upc)
    prices = price or []
    table = price_table(prices) if any("=" in one for one in prices) or len(prices) > 1 else {}
    price_cents = cents(prices[0]) if prices and not table else None
    numbers = (discogs or None, musicbrainz or None)
    remedy = Remedy(FixKind[kind.name], price_cents, *numbers, same_album, barcode, table, facts)
    engine = terminal.open_existing()
    _say_concerned(engine, wanted, remedy)
    if not check:
        begun = engine.fixes.begin(wanted, remedy)
        terminal.say(f"{begun.fix_id} begins in 10 s. To take it back: python -m engine undo {begun.fix_id}")


def undo(
    fix_id: Annotated[str, typer.Argument(metavar="FIX", help="A fix, as `fix` and `attention` name it.")],
) -> None:
    """Take back a fix that has not begun; one that has begun is stopped where it stands."""
    engine = terminal.open_existing()
    begun = engine.fixes.get(fix_id).state is FixState.RUNNING
    ended = engine.fixes.stop(fix_id) if begun else engine.fixes.undo(fix_id)
    terminal.say(_line(ended))


def _say_concerned(engine: Engine, wanted: RowsWanted, remedy: Remedy) -> None:
    concerned = engine.attention.concerned(wanted, remedy)
    terminal.say(f"{concerned.fixed:,} of {concerned.rows:,} rows")
    for reason, count in concerned.left.items():
        terminal.say(f"  {count:,} not: {reason}")
    for bar, count in concerned.bars.items():
        terminal.say(f"  --facts {bar}: {count:,}")
    for fact, count in concerned.facts.items():
        terminal.say(f"  {count:,} because {fact}")


def _line(fix: Fix) -> str:
    what = f"{fix.fix_id}  {fix.remedy.kind} {fix.rows.cause}: {fix.state}, {fix.done:,} of {fix.total:,} rows queued"
    return f"{what}, {fix.left_alone:,} left alone" if fix.left_alone else what
