"""`python -m engine evidence`: processes are killed and frozen at every moment, and what came of it is counted."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from engine import terminal
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.errors import BadRequest
from engine.evidence.chaos import chaos
from engine.evidence.report import described, table, write
from engine.evidence.run import WAITING_AT_ONCE, Evidence, ensure_empty
from engine.evidence.run import evidence as tried
from engine.evidence.scenarios import named
from engine.evidence.trials import Ground, Trial, clear
from engine.log import configure
from engine.sandbox.app import server
from engine.sandbox.emulators import free_ports
from engine.startup import process

START_SECONDS = 20.0


def evidence(
    store: Annotated[
        list[str] | None,
        typer.Option(
            help="An empty database of yours, such as firestore://PROJECT/evidence, emptied at the end; several are "
            "used side by side. Without it, new SQLite files."
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="No trial begins after so long.", min=1)] = 900,
    seed: Annotated[int | None, typer.Option(help="The order of the pairs.", min=0)] = None,
    only: Annotated[str, typer.Option(help='Nothing but this, as the table calls it, such as "one row".')] = "",
    kills: Annotated[int, typer.Option(help="Then so many at random, and a quarter freezes.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the table into this file, between its marks.")] = None,
) -> None:
    """Kill workers at every point, freeze them, take their store away; exit status 1 if a row suffered."""
    scenarios = named(only)
    with process("demo"), _sandbox() as sandbox:
        configure("text", logging.ERROR)
        number = secrets.randbits(24) if seed is None else seed
        stores = store or [""] * WAITING_AT_ONCE
        with _emptied(store or []):
            grounds = [Ground(one, sandbox) for one in stores]
            found = tried(grounds, seed=number, seconds=seconds, told=_tell, only=scenarios)
            storms = [chaos(grounds[0], seed=number, kills=kills, freezes=kills // 4)] if kills else []
    text = table([found], storms)
    terminal.say(text)
    if out:
        write(text, out)
    raise typer.Exit(1 if found.wrong or any(storm.wrong for storm in storms) else 0)


def _tell(found: Evidence, trial: Trial) -> None:
    """Say what went wrong at once, and every hundredth trial how far it is."""
    if trial.wrong:
        terminal.refuse(described(trial))
    counts = found.counts.values()
    done = sum(count.killed + count.pairs + count.frozen for count in counts)
    if done and done % 100 == 0:
        terminal.say(f"{done} trials, {len(found.wrong)} violations")


@contextmanager
def _emptied(addresses: list[str]) -> Iterator[None]:
    """See that the stores are empty, and leave them so.

    Raises:
        BadRequest: one is not.
    """
    for address in addresses:
        with closing(open_store(address, SystemClock())) as store:
            ensure_empty(store, address)
    try:
        yield
    finally:
        for address in addresses:
            with closing(open_store(address, SystemClock())) as store:
                clear(store)


@contextmanager
def _sandbox() -> Iterator[str]:
    """Run a sandbox of all services for as long as the block lasts; yield its address."""
    (port,) = free_ports(1)
    served = server(port)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    waited = threading.Event()
    clock = SystemClock()
    end = clock.monotonic() + START_SECONDS
    while not served.started:
        if clock.monotonic() > end:
            raise BadRequest("The sandbox does not start")
        waited.wait(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        served.should_exit = True
        thread.join(timeout=10)
