"""What operators are notified of while a screen is open: a toast on every screen, and a notification of the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from console.context import Context
from console.poller import Snapshot
from console.widgets import parts, toasts
from console.widgets.text import plain
from engine.public import EngineError, Notification

EVERY_SECONDS = 3.0
_SEEN, _NEWS = "notifications_seen", "notifications_news"
_MOST = 10  # that a session hands to its browser
_ICONS = {
    "batch.done": "check_circle",
    "batch.stopped": "error",
    "batch.stalled": "hourglass_disabled",
    "quota.gone": "speed",
    "ebay.connection_ends": "link_off",
}
_HERE = Path(__file__).resolve().parent
_STYLE, _SCRIPT = (_HERE / "alerts.css").read_text("utf-8"), (_HERE / "alerts.js").read_text("utf-8")
_OFFER = (
    '<div class="alerts"><button type="button">Notify me in this browser</button> <span class="state"></span></div>'
)
_show = st.components.v2.component("alerts", html="<div></div>", js=_SCRIPT)
_offer = st.components.v2.component("alerts_offer", html=_OFFER, css=_STYLE, js=_SCRIPT)


@dataclass(frozen=True, slots=True)
class News:
    """A notification as the browser shows it."""

    id: str
    title: str
    text: str


def look(context: Context) -> Snapshot[Sequence[Notification]]:
    """Return the newest notifications, the newest first; all sessions share one read.

    Raises:
        EngineError: they cannot be read.
    """
    return context.poller.look("notifications", partial(_read, context), every=EVERY_SECONDS, otherwise=())


def watch(context: Context) -> None:
    """Show what comes while the session lasts, whatever screen is open; what came before it is no news."""
    parts.live(partial(_watch, context), name="alerts", shows=partial(_ids, context))


def offer() -> None:
    """Draw the button by which a browser is allowed to notify, or why it does not."""
    _offer(key="alerts_offer", data={"news": []})


def _read(context: Context) -> Sequence[Notification]:
    return tuple(context.engine.notifications.newest())


def _ids(context: Context) -> tuple[str, ...]:
    return tuple(one.notification_id for one in look(context).value)


def _watch(context: Context) -> None:
    try:
        snapshot = look(context)
    except EngineError:
        return
    seen = st.session_state.get(_SEEN)
    if snapshot.away and seen is None:
        return
    st.session_state[_SEEN] = {one.notification_id for one in snapshot.value}
    fresh = [one for one in reversed(snapshot.value) if seen is not None and one.notification_id not in seen]
    for one in fresh:
        toasts.show(plain(f"{one.title}. {one.text}"), _ICONS.get(one.kind, "notifications"))
    news = [*st.session_state.get(_NEWS, []), *(News(one.notification_id, one.title, one.text) for one in fresh)]
    st.session_state[_NEWS] = news[-_MOST:]
    _show(key="alerts_news", data={"news": [asdict(one) for one in news[-_MOST:]]}, height=1)
