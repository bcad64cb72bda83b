"""The real thing on one machine: console and one worker, with the real services, answering on this machine only."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import dotenv
import typer

from engine.credentials.contact import is_contact
from engine.settings import ENV_FILE, Settings
from engine.startup import refuse_taken_port
from engine.supervisor import CONSOLE, LOOPBACK, WORKER, Part, Supervisor

CONTACT = "DM_CONTACT"


def run_live(settings: Settings, stop: threading.Event) -> int:
    """Run console and worker until `stop` is set; return the exit status.

    Raises:
        BadSetting: the port is in use.
    """
    refuse_taken_port(LOOPBACK, settings.port)
    contact = settings.contact or _ask_contact()
    own = {
        "DM_PROFILE": "live",
        "DM_HOST": LOOPBACK,
        "DM_LOG": settings.log if "log" in settings.model_fields_set else "text",
        "PORT": str(settings.port),
        **({CONTACT: contact} if contact else {}),
    }
    parts = [Part("worker", WORKER), Part("console", CONSOLE)]
    return Supervisor(parts, own, settings.port, stop).run(lambda address: _say_ready(settings, address))


def _ask_contact() -> str:
    """Return the contact that the person at the terminal gives, and keep it; "" where nobody is there to ask."""
    if not sys.stdin.isatty():
        return ""
    typer.echo(
        "\n  MusicBrainz answers programs that say who runs them. Give an e-mail address or a web page of yours:"
        f"\n  it goes with every look-up, and is kept in {ENV_FILE} as {CONTACT}.\n"
    )
    contact = ""
    while not is_contact(contact):
        contact = typer.prompt("  Contact", prompt_suffix=": ").strip()
        if not is_contact(contact):
            typer.echo("  That is neither: ann@example.com and https://example.com/shop are.")
    keep_contact(contact)
    return contact


def keep_contact(contact: str, file: Path = Path(ENV_FILE)) -> None:
    """Keep the contact in the file of settings; everything else in it stays."""
    if not file.exists():
        file.touch(mode=0o600)  # secrets may come to lie there
    dotenv.set_key(file, CONTACT, contact, quote_mode="auto")


def _say_ready(settings: Settings, address: str) -> None:
    typer.echo(
        f"""
  Draft Maker is ready:  {address}

  It looks up your own discs at MusicBrainz and the Cover Art Archive, which need no account.
  Discogs and eBay join in once you connect them. What it makes are drafts.
  Your data: {settings.store} and {settings.files}
  Commands on them: DM_PROFILE=live {sys.executable} -m engine status      Stop with Ctrl-C
"""
    )
