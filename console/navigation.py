"""The screens by name, and the way from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st

PAGES = Path(__file__).resolve().parent.parent / "pages"

BATCHES = PAGES / "batches.py"
NEW_BATCH = PAGES / "new_batch.py"
BATCH = PAGES / "batch.py"
DRAFTS = PAGES / "drafts.py"
ATTENTION = PAGES / "attention.py"
SYSTEM = PAGES / "system.py"


def pages() -> list[st.Page]:
    """Return every screen, in the order of the bar at the top; a batch is reached from the list."""
    return [
        st.Page(BATCHES, title="Batches", icon=":material/stacks:", default=True),
        st.Page(NEW_BATCH, title="New batch", icon=":material/note_add:", url_path="new"),
        st.Page(DRAFTS, title="Drafts", icon=":material/sell:", url_path="drafts"),
        st.Page(ATTENTION, title="Needs attention", icon=":material/error:", url_path="attention"),
        st.Page(SYSTEM, title="System", icon=":material/monitor_heart:", url_path="system"),
        st.Page(BATCH, title="Batch", icon=":material/stacks:", url_path="batch", visibility="hidden"),
    ]


def open_batch(job_id: str) -> NoReturn:
    """Leave this screen for that of a batch."""
    st.switch_page(BATCH, query_params={"job_id": job_id})
