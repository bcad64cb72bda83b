"""The screens by name, and the way from one to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, NoReturn

import streamlit as st

PAGES = Path(__file__).resolve().parent.parent / "pages"

BATCHES = PAGES / "batches.py"
NEW_BATCH = PAGES / "new_batch.py"
BATCH = PAGES / "batch.py"
DRAFTS = PAGES / "drafts.py"
ATTENTION = PAGES / "attention.py"
SELLER = PAGES / "seller.py"
CONNECTIONS = PAGES / "connections.py"
SYSTEM = PAGES / "system.py"
ACCESS = PAGES / "access.py"
WALL = PAGES / "wall.py"
HANDOVER = PAGES / "handover.py"

ADDRESSES: Mapping[Path, str] = {  # the path of each screen on the console's port
    BATCHES: "batches",
    NEW_BATCH: "new",
    DRAFTS: "drafts",
    ATTENTION: "attention",
    SELLER: "seller",
    CONNECTIONS: "connections",
    SYSTEM: "system",
    HANDOVER: "handover",
    ACCESS: "access",
    WALL: "wall",
    BATCH: "batch",
}

BY_FILE: Mapping[str, str] = {path.stem: name for path, name in ADDRESSES.items() if path.stem != name}
"""The screens whose files have another name than their address, `new_batch` for `new`: that leads there too."""


def pages(beyond: Collection[Path] = ()) -> list[st.Page]:
    """Return every screen, in the order of the bar at the top; a batch is reached from the list.

    Those that are `beyond` who looks are not in the bar; at their address they say what they take.
    """

    def shown(page: Path) -> Literal["visible", "hidden"]:
        return "hidden" if page in beyond else "visible"

    return [
        st.Page(BATCHES, title="Batches", icon=":material/stacks:", default=True),
        st.Page(
            NEW_BATCH,
            title="New batch",
            icon=":material/note_add:",
            url_path=ADDRESSES[NEW_BATCH],
            visibility=shown(NEW_BATCH),
        ),
        st.Page(DRAFTS, title="Drafts", icon=":material/sell:", url_path=ADDRESSES[DRAFTS]),
        st.Page(ATTENTION, title="Needs attention", icon=":material/error:", url_path=ADDRESSES[ATTENTION]),
        st.Page(SELLER, title="Seller settings", icon=":material/storefront:", url_path=ADDRESSES[SELLER]),
        st.Page(CONNECTIONS, title="Connections", icon=":material/cable:", url_path=ADDRESSES[CONNECTIONS]),
        st.Page(SYSTEM, title="System", icon=":material/monitor_heart:", url_path=ADDRESSES[SYSTEM]),
        st.Page(HANDOVER, title="Hand-over", icon=":material/assignment_turned_in:", url_path=ADDRESSES[HANDOVER]),
        st.Page(ACCESS, title="Access", icon=":material/key:", url_path=ADDRESSES[ACCESS], visibility=shown(ACCESS)),
        st.Page(WALL, title="Wall", icon=":material/tv:", url_path=ADDRESSES[WALL]),
        st.Page(BATCH, title="Batch", icon=":material/stacks:", url_path=ADDRESSES[BATCH], visibility="hidden"),
    ]


def open_batch(job_id: str) -> NoReturn:
    """Leave this screen for that of a batch."""
    st.switch_page(BATCH, query_params={"job_id": job_id})
