"""What somebody who has a batch open is told: its state in the title of the tab, and a toast once nobody holds it.

That it is done or has stopped is a notification, which every screen shows.
"""

from __future__ import annotations

import streamlit as st

from console import labels
from console.screens.batch.view import BatchScreen
from console.widgets import toasts
from console.widgets.text import plain

_SEEN = "state_seen"  # the batch in view and its state when it was drawn last
_GOES_ON = frozenset({labels.WAITING, labels.RUNNING})


def draw(screen: BatchScreen) -> None:
    """Put the state into the title of the tab; a batch that was interrupted since it was drawn last gets a toast."""
    now = labels.batch_label(screen.batch)
    st.set_page_config(page_title=f"{now.text} · {screen.job.name}")
    job_id, before = st.session_state.get(_SEEN, ("", now))
    st.session_state[_SEEN] = screen.job.job_id, now
    if job_id == screen.job.job_id and before in _GOES_ON and now == labels.INTERRUPTED:
        toasts.show(plain(f"{screen.job.name}: {now.text}"), now.icon)
