"""The start of a session of scans, and the way back to those that are being filled."""

from __future__ import annotations

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import rows
from console.screens.new_batch.scanning import SCAN, since
from console.widgets import writing
from console.widgets.text import plain
from engine.public import StoreError

_NAME = "scan_name"


def begin(context: Context) -> None:
    """Draw the start of a session, and those that are being filled."""
    with st.form("scan_start", border=False):
        st.text_input("What you scan", key=_NAME, placeholder="Shelf 3, box of 28 November", max_chars=80)
        writing.form_submit_button(
            context,
            "Start scanning",
            key="start_scanning",
            icon=":material/barcode_scanner:",
            type="primary",
            on_click=_start,
            args=(context,),
        )
    try:
        unfinished = context.poller.look("scan_sessions", context.engine.scans.unfinished, every=5.0).value
    except StoreError:
        return
    for session in unfinished:
        with st.container(horizontal=True, vertical_alignment="center", key=f"session_{session.session_id}"):
            told = f"{rows(session.scans, 'scan')}, {since(context, session)}"
            title = f"**{plain(session.name or 'Scan session')}** :gray[{told}]"
            st.markdown(title, width="stretch")
            key = session.session_id
            st.button("Go on", key=f"scan_on_{key}", icon=":material/arrow_forward:", on_click=_open, args=(key,))


def _start(context: Context) -> None:
    name = str(st.session_state[_NAME] or "")
    if session := act(context, "", lambda: context.engine.scans.open(name)):
        _open(session.session_id)


def _open(session_id: str) -> None:
    st.query_params.from_dict({SCAN: session_id})
