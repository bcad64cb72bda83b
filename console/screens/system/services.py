"""The services on the System screen: each with its quota, breaker, credentials, and a test of its connection."""

from __future__ import annotations

import streamlit as st

from console import upstreams
from console.context import Context
from console.widgets import testing
from console.widgets.templates import html
from engine.public import UpstreamsView, UpstreamView


def draw(context: Context, view: UpstreamsView, *, away: bool) -> None:
    """Draw one row for each service; while the store is `away`, as it was."""
    with st.container(border=True, key="card_services", gap="small"):
        st.subheader("Services", anchor=False)
        if context.settings.profile == "demo":
            st.caption("A sandbox on this machine stands in for all of them: nothing reaches the real services.")
        for one in view.upstreams:
            _service(context, one, view.engines, away=away)


def _service(context: Context, view: UpstreamView, engines: int, *, away: bool) -> None:
    label = upstreams.STATES[view.state]
    with st.container(key=f"service_{view.service}", gap=None):
        state, quota, details, action = st.columns([2.3, 2.3, 3.1, 0.7], gap="small", vertical_alignment="top")
    with state.container(gap="xxsmall"):
        st.markdown(f"**{view.name}** :{label.color}-badge[{label.symbol} {label.text}]")
        st.html(_lines(upstreams.state_line(view, old=away)))
    with quota:
        st.html(html("quotas", quotas=upstreams.quota_lines(view)) + _lines(upstreams.calls_line(view)))
    with details:
        known = {
            "Credentials": upstreams.credentials_line(view, old=away),
            "Last error": upstreams.error_line(view, old=away),
            "Test": upstreams.test_line(view, engines, old=away),
        }
        st.html(_lines(*(f"{name}: {line}" for name, line in known.items() if line)))
    with action.container(horizontal=True, horizontal_alignment="right"):
        testing.button(context, view, engines, disabled=away)


def _lines(*lines: str) -> str:
    """Return lines of small print."""
    return html("lines", lines=list(filter(None, lines)))
