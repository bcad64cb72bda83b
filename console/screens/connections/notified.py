"""Notifications on the Connections screen: by which channels, how they did, and a test of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context, zone
from console.formatting import moment
from console.widgets import alerts, parts
from console.widgets.templates import html
from engine.public import ChannelView, EngineError, Notification

NAMES = {"webhook": "Webhook", "email": "E-mail"}
ADDS = (
    "Adds: You are notified when a batch is done, stops or stands still, and of quotas and eBay's consent at their end."
)
NO_CHANNEL = "Webhook and e-mail: not set (DM_WEBHOOK_URL, DM_SMTP_HOST). A toast on every screen needs neither."


def draw(context: Context) -> None:
    """Draw the channels, kept up to date, and the way to have this browser notify."""
    parts.live(partial(_channels, context), name="notified", shows=partial(_shows, context))
    alerts.offer()


def _shows(context: Context) -> object:
    snapshot = alerts.look(context)
    return context.engine.notifications.channels(snapshot.value), snapshot.away


def _channels(context: Context) -> None:
    try:
        snapshot = alerts.look(context)
    except EngineError:
        return
    at = partial(moment, now=snapshot.read_at, zone=zone())
    views = context.engine.notifications.channels(snapshot.value)
    left, right = st.columns([6, 1], gap="medium", vertical_alignment="top")
    with left:
        st.markdown("### Notifications")
        st.html(html("lines", lines=[ADDS, *(line(view, at) for view in views), *([] if views else [NO_CHANNEL])]))
    with right.container(horizontal=True, horizontal_alignment="right"):
        st.button(
            "Send a test",
            key="test_notifications",
            help="An engine sends it by every channel within seconds; it is a toast on every screen too",
            disabled=snapshot.away or not context.may_steer,
            on_click=_test,
            args=(context,),
        )


def line(view: ChannelView, at: Callable[[datetime | None], str]) -> str:
    """Return to whom a channel leads, and how it did last."""
    to = f"{NAMES.get(view.channel, view.channel)} to {view.receiver}"
    if view.failed_at:
        return f"{to}: not delivered at {at(view.failed_at)}. {view.error}"
    return f"{to}: {f'delivered last at {at(view.delivered_at)}.' if view.delivered_at else 'not used yet.'}"


def _test(context: Context) -> None:
    """Have an engine send a test."""
    act(context, _asked, partial(context.engine.notifications.test))


def _asked(_sent: Notification) -> str:
    return "The test is on its way: an engine sends it."
