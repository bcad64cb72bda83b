"""The button that has a connection tested."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from engine.public import Service, UpstreamsView, UpstreamView


def button(context: Context, view: UpstreamView, engines: int, *, disabled: bool) -> None:
    """Draw it; while a test is open it cannot be pressed."""
    asked = view.test is not None and view.test.open(view.at) and bool(engines)
    st.button(
        "Test",
        key=f"test_{view.service}",
        help=f"Have an engine make one harmless call to {view.name}",
        disabled=disabled or asked or not context.may_steer,
        on_click=_test,
        args=(context, view.service),
    )


def _test(context: Context, service: Service) -> None:
    """Have an engine test the service."""
    act(context, _asked, partial(context.engine.upstreams.test, service))


def _asked(view: UpstreamsView) -> str:
    return "" if view.engines else "No engine is running, so no connection can be tested."
