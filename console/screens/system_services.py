"""The services on the System screen: each with its quota, breaker, credentials, and a test of its connection."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from console import upstreams
from console.actions import act
from console.context import Context, operator
from engine.domain.services import Service
from engine.public import UpstreamsView, UpstreamView


def draw(context: Context, view: UpstreamsView, *, disabled: bool) -> None:
    """Draw one row a service."""
    with st.container(border=True, key="card_services", gap="small"):
        st.subheader("Services", anchor=False)
        if context.settings.profile == "demo":
            st.caption("A sandbox on this machine stands in for all of them: nothing reaches the real services.")
        for one in view.upstreams:
            _service(context, one, view.engines, disabled=disabled)


def _service(context: Context, view: UpstreamView, engines: int, *, disabled: bool) -> None:
    word = upstreams.STATES[view.state]
    with st.container(key=f"service_{view.service}", gap=None):
        state, quota, told, action = st.columns([2.3, 2.3, 3.1, 0.7], gap="medium", vertical_alignment="top")
    with state.container(gap="xxsmall"):
        st.markdown(f"**{view.name}** :{word.color}-badge[{word.symbol} {word.text}]")
        st.html(_lines(upstreams.state_line(view)))
    with quota:
        bars = (_bar(line, share) for line, share in upstreams.quota_lines(view))
        st.html("".join(bars) + _lines(upstreams.calls_line(view)))
    with told:
        known = {
            "Credentials": upstreams.credentials_line(view),
            "Last error": upstreams.error_line(view),
            "Test": upstreams.test_line(view.test, view.at, engines),
        }
        st.html(_lines(*(f"{name}: {line}" for name, line in known.items() if line)))
    with action.container(horizontal=True, horizontal_alignment="right"):
        asked = view.test is not None and view.test.open(view.at) and bool(engines)
        st.button(
            "Test",
            key=f"test_{view.service}",
            help=f"Have an engine make one harmless call to {view.name}",
            disabled=disabled or asked,
            on_click=_test,
            args=(context, view.service),
        )


def _bar(line: str, share: float | None) -> str:
    """Return a quota as a bar with its words below; without a limit the words alone."""
    if share is None:
        return _lines(line)
    tone = "orange" if share >= 1 else "blue"
    part = f'<span class="dm-{tone}" style="width:{100 * min(share, 1):.1f}%"></span>' if share else ""
    return f'<div class="dm-bar dm-quota" role="img" aria-label="{escape(line)}">{part}</div>{_lines(line)}'


def _lines(*lines: str) -> str:
    """Return lines of small print; what comes from outside is escaped."""
    return "".join(f'<div class="dm-quiet">{escape(line)}</div>' for line in lines if line)


def _test(context: Context, service: Service) -> None:
    """Have an engine test the service."""
    act(context, _told, partial(context.engine.upstreams.test, service, by=operator()))


def _told(view: UpstreamsView) -> str:
    return "" if view.engines else "No engine is running, so nobody can test a connection."
