"""Access, for admins: who has which role, the tokens of programs, and who did what."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console.context import Context
from console.poller import AWAY
from console.screens.access import audit, people, tokens
from console.widgets import notices, standing
from console.widgets.heading import heading
from engine.public import access

EVERY_SECONDS = 5.0


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one."""
    heading(context, "Access", about="Who may do what, people and programs, and what they did.")
    if not notices.allowed(context, access.TokenScope.ADMIN):
        return
    try:
        listed, programs, now = (
            context.engine.people.all(),
            context.engine.tokens.all(),
            context.engine.tokens.now(),
        )
        wanted = audit.wanted()
        entries = context.engine.audit.page(wanted)
    except AWAY as error:
        notices.nothing_read(error)
        return
    standing.outage(partial(context.poller.look, "access", context.engine.people.all, every=EVERY_SECONDS))
    for_people, for_programs, record = st.tabs(["People", "Programs", "Audit"])
    with for_people:
        people.draw(context, listed, now)
    with for_programs:
        tokens.draw(context, programs, now)
    with record:
        audit.draw(entries, wanted, now)
