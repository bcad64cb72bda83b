"""Access, for admins: who has which role, the tokens of programs, and who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import streamlit as st

from console.context import Context
from console.poller import AWAY
from console.screens.access import audit, people, tokens
from console.widgets import notices, standing
from console.widgets.heading import heading
from engine.public import Engine, access
from engine.public import people as people_list

EVERY_SECONDS = 5.0
AUDIT_SECONDS = 60.0  # what is done here shows at once


@dataclass(frozen=True, slots=True)
class AccessView:
    """Who has which role, and which programs have a token, at a moment."""

    listed: Sequence[people_list.Listed]
    programs: Sequence[access.Token]
    now: datetime


def load(engine: Engine) -> AccessView:
    """Read the list of people and the tokens."""
    return AccessView(engine.people.all(), engine.tokens.all(), engine.tokens.now())


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one."""
    heading(context, "Access", about="Who may do what, people and programs, and what they did.")
    if not notices.allowed(context, access.TokenScope.ADMIN):
        return
    look = partial(context.poller.look, "access", partial(load, context.engine), every=EVERY_SECONDS)
    try:
        view = look().value
    except AWAY as error:
        standing.nothing_read(context, error, look)
        return
    standing.outage(look)
    with st.container(key="as_drawn"):
        for_people, for_programs, record = st.tabs(["People", "Programs", "Audit"])
    with for_people:
        people.draw(context, view.listed, view.now)
    with for_programs:
        tokens.draw(context, view.programs, view.now)
    with record:
        _audit(context, view.now)


def _audit(context: Context, now: datetime) -> None:
    """Draw what was done."""
    wanted = audit.wanted()
    audit.filters(wanted)
    look = partial(context.poller.look, ("audit", wanted), partial(context.engine.audit.page, wanted))
    try:
        audit.draw(look(every=AUDIT_SECONDS).value, wanted, now)
    except AWAY:
        standing.not_read(context, partial(look, every=AUDIT_SECONDS))
