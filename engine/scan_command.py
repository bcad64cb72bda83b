"""`python -m engine scan`: a scanner at a terminal fills a session."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer

from engine import terminal
from engine.domain.listing.pricing import dollars
from engine.public import Entry, Scan, ScanState, Taken


def scan(
    name: Annotated[str, typer.Option(help="What is scanned, such as “Shelf 3”.")] = "",
    session: Annotated[str, typer.Option(help="Go on with this session.")] = "",
    close: Annotated[bool, typer.Option(help="Make a file of the session once the input ends.")] = False,
) -> None:
    """Take in barcodes, and words about the last copy (VG+, 12.50, x2, /note, -), one a line, until the input ends."""
    scans = terminal.open_engine().scans
    opened = scans.session(session) if session else scans.open(name)
    terminal.say(f"Scan, or type of the last copy VG+, 12.50, x2, /note or -. Session {opened.session_id}")
    last = ""
    for line in sys.stdin:
        if not line.strip():
            continue
        (taken,) = scans.take(opened.session_id, [Entry(secrets.token_hex(8), line, last)])
        last = taken.scan.scan_id if taken.scan and not taken.changed else last
        terminal.say(_told(taken))
    if close:
        path = scans.close(opened.session_id)
        terminal.say(f"The file is {path}. To start it: python -m engine submit {path}")


def _told(taken: Taken) -> str:
    if taken.problem or taken.scan is None:
        return taken.problem
    one = taken.scan
    return f"{one.number}. {one.shown}: {_known(one)}"


def _known(one: Scan) -> str:
    """Return what is known and was said of a copy."""
    release = one.found.release.name if one.found and one.found.release else ""
    again = f"the same as {one.repeats}" if one.repeats else ""
    price = f"${dollars(one.price_cents)}" if one.price_cents else ""
    copies = f"x{one.quantity}" if one.quantity != 1 else ""
    state = "" if one.state is ScanState.KNOWN else str(one.state)
    return " · ".join(filter(None, (state, release, one.problem, again, one.grade, price, copies, one.note)))
