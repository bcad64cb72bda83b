"""The commands that run a process until it is stopped: a worker, the sandbox, the demo, the real thing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.bootstrap import open_worker, worker_telemetry
from engine.health import SIGN
from engine.signals import stop_on_signals
from engine.startup import collect_seldom, process, report_new_store


def worker(
    until_idle: Annotated[bool, typer.Option(help="Stop when there is nothing left to do.")] = False,
) -> None:
    """Run a worker until Ctrl-C or SIGTERM; it finishes the rows in flight and releases its batch."""
    with process() as settings:
        report_new_store(settings)
        collect_seldom()
        stop = stop_on_signals()
        with worker_telemetry(settings), open_worker(settings, stop) as working:
            working.run(until_idle=until_idle, sign=SIGN)


def sandbox(
    ledger: Annotated[Path | None, typer.Option(help="Keep the ledger of calls and drafts in this file.")] = None,
) -> None:
    """Run the sandbox: Discogs, MusicBrainz, Cover Art Archive and eBay on this machine."""
    from engine.sandbox import serve

    with process() as settings:
        back = f"http://127.0.0.1:{settings.port}/api/connections/ebay/callback"
        serve(settings.sandbox_port, ledger=ledger, latency=settings.sandbox_latency, accept_url=back)


def demo() -> None:
    """Run console, one worker and the sandbox together; Ctrl-C stops them all."""
    from engine.demo import run_demo

    with process("demo") as settings:
        sys.exit(run_demo(settings, stop_on_signals()))


def live() -> None:
    """Run console and one worker together, with the real services; Ctrl-C stops them."""
    from engine.live import run_live

    with process("live") as settings:
        sys.exit(run_live(settings, stop_on_signals()))
