"""Discogs on the Connections screen: a personal token, tested before it is kept."""

from __future__ import annotations

import streamlit as st

from console.context import Context
from console.screens.connections.save import save
from console.screens.connections.view import origin
from console.widgets import writing
from console.widgets.facts import facts
from engine.public import AccountsView, Source

TOKEN = "discogs_token"  # noqa: S105 - the name of a field


def draw(context: Context, accounts: AccountsView) -> None:
    """Draw whose token it is, and how to give one."""
    if accounts.discogs is not Source.MISSING:
        facts({"Token": origin(context, accounts.discogs), "Whose": accounts.discogs_user})
    if accounts.discogs is Source.ENVIRONMENT or not context.may_admin:
        return
    field, action, other = st.columns([4, 1.3, 1], gap="small", vertical_alignment="bottom")
    field.text_input(
        "Personal access token",
        key=TOKEN,
        type="password",
        max_chars=300,
        help="At discogs.com: Settings, Developers, Generate new token. It is tested before it is kept.",
    )
    connect = (context, _connect, "Discogs accepts the token, and it is kept.", (TOKEN,))
    with action:
        writing.button(context, "Connect Discogs", key="connect_discogs", on_click=save, args=connect)
    if accounts.discogs is Source.STORED:
        disconnect = (context, _disconnect, "Discogs is disconnected; the token is forgotten here.")
        with other:
            writing.button(context, "Disconnect", key="disconnect_discogs", on_click=save, args=disconnect)


def _connect(context: Context) -> None:
    context.engine.accounts.connect_discogs(str(st.session_state.get(TOKEN) or ""))


def _disconnect(context: Context) -> None:
    context.engine.accounts.disconnect_discogs()
