"""`python -m engine tokens`: the tokens by which programs call the HTTP API."""

from __future__ import annotations

from typing import Annotated

import typer

from engine import terminal
from engine.public import access

app = typer.Typer(help="The tokens by which programs call the HTTP API.")


@app.callback(invoke_without_command=True)
def tokens(context: typer.Context) -> None:
    """Show every token, without what a program sends."""
    if context.invoked_subcommand:
        return
    standing = terminal.open_existing().tokens
    for token in standing.all():
        used = f"last used {token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
        state = token.state(standing.now())
        terminal.say(
            f"{token.token_id}  {state:7}  {token.scope:6}  until {token.ends_at:%Y-%m-%d}  {used}  {token.name}"
        )


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="Who calls with it, for the history.")],
    scope: Annotated[
        access.TokenScope, typer.Option(help="What it may do; each all that those before it may.")
    ] = access.TokenScope.READ,
    days: Annotated[int, typer.Option(help="For how long it counts.")] = access.USUAL_DAYS,
) -> None:
    """Make a token; it is shown this once."""
    made = terminal.open_engine().tokens.make(name, scope, days)
    terminal.say(made.text)


@app.command()
def revoke(token: Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.")]) -> None:
    """Have a token count no more, from the next call on."""
    revoked = terminal.open_existing().tokens.revoke(token)
    terminal.say(f"The token {revoked.name} is revoked.")
