"""`python -m engine connections`: what is connected, and what can be connected without a browser."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from engine import terminal
from engine.public import AccountsView, Source

app = typer.Typer(help="Who is connected and until when; eBay is connected on the Connections screen.")
WORDS = {Source.ENVIRONMENT: "from the environment", Source.STORED: "kept here", Source.MISSING: "missing"}


class Account(StrEnum):
    """What can be disconnected."""

    EBAY = "ebay"
    DISCOGS = "discogs"


@app.callback(invoke_without_command=True)
def connections(context: typer.Context) -> None:
    """Show what is connected; never a key or token."""
    if context.invoked_subcommand is None:
        for line in lines(terminal.open_existing().accounts.view()):
            terminal.say(line)


@app.command()
def discogs() -> None:
    """Keep a personal Discogs token once Discogs accepts it; it is asked for, or read from standard input."""
    token = typer.prompt("Token", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    terminal.say(
        f"Discogs accepts the token of {terminal.open_engine().accounts.connect_discogs(token)}, and it is kept."
    )


@app.command()
def disconnect(account: Annotated[Account, typer.Argument(help="Whose token is forgotten here.")]) -> None:
    """Forget a token."""
    accounts = terminal.open_existing().accounts
    if account is Account.EBAY:
        accounts.disconnect_ebay()
    else:
        accounts.disconnect_discogs()
    terminal.say(f"The token for {account} is forgotten here.")


def lines(view: AccountsView) -> list[str]:
    """Return a line for each connection."""
    ebay, seller = view.ebay, view.ebay.seller
    who = f"{seller.user or 'connected'}, until {seller.expires_at:%Y-%m-%d}" if seller and seller.expires_at else ""
    return [
        f"eBay: keys {WORDS[ebay.application]}, seller {who or WORDS[ebay.seller_source]}",
        f"Discogs: token {view.discogs_user or WORDS[view.discogs]}",
        f"Contact: {view.contact_address or WORDS[view.contact]}",
    ]
