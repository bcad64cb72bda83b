"""The demo: console, one worker, and a sandbox of all services, on this machine."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import typer

from engine.addresses import FolderAddress
from engine.settings import Settings
from engine.startup import refuse_open_address, refuse_taken_port
from engine.supervisor import CONSOLE, LOOPBACK, WORKER, Part, Supervisor

SAMPLE = Path(__file__).parent.parent / "samples" / "exu2.txt"
LEDGER = "var/sandbox.jsonl"


def run_demo(settings: Settings, stop: threading.Event) -> int:
    """Run the demo until `stop` is set; return the exit status.

    Raises:
        BadSetting: a port is in use, or the console would be open to the network.
    """
    refuse_open_address(settings)
    for port in (settings.port, settings.sandbox_port):
        refuse_taken_port(LOOPBACK, port)
    Path("var").mkdir(exist_ok=True)
    _place_sample(settings)
    parts = [
        Part("sandbox", ("engine", "sandbox", "--ledger", LEDGER)),
        Part("worker", WORKER),
        Part("console", CONSOLE),
    ]
    own = {"DM_PROFILE": "demo", "DM_SANDBOX_URL": settings.sandbox_url, "PORT": str(settings.port)}
    return Supervisor(parts, own, settings.port, stop).run(_say_ready)


def _say_ready(address: str) -> None:
    typer.echo(
        f"""
  Draft Maker is ready:  {address}

  The services are a sandbox on this machine: nothing reaches Discogs, MusicBrainz or eBay.
  It knows some 250 releases. To look up your own discs: make live
  A file to try:  {SAMPLE.relative_to(SAMPLE.parent.parent)}      Stop with Ctrl-C
"""
    )


def _place_sample(settings: Settings) -> None:
    """Put the sample where `gs://draft-maker-bucket/exu2.txt` means it."""
    where = settings.files_address
    if not isinstance(where, FolderAddress):
        return
    place = where.folder / "draft-maker-bucket" / SAMPLE.name
    if SAMPLE.exists() and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE, place)
