"""The ways in which a file comes: uploaded, pasted, or from Cloud Storage. Each ends as an address on the page."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import streamlit as st

from console.actions import act
from console.context import Context
from console.screens import new_batch_start
from console.screens.batches import SAMPLE

KINDS = ["csv", "txt", "xlsx"]
UPLOAD, PASTE, BUCKET = "Upload", "Paste", "Cloud Storage"


def draw(context: Context) -> None:
    """Draw the ways in which a file comes."""
    way = st.segmented_control(
        "Where the barcodes come from", [UPLOAD, PASTE, BUCKET], default=UPLOAD, required=True, key="way"
    )
    if way == PASTE:
        st.text_area("Barcodes, one in each line", key="pasted", height=140, placeholder="074646362822\n093624755524")
        st.button("Check these barcodes", icon=":material/fact_check:", on_click=_pasted, args=(context,))
    elif way == BUCKET:
        st.text_input("Address of the file", key="address", placeholder="gs://bucket/file.txt")
        st.button("Check this file", icon=":material/fact_check:", on_click=_addressed, args=(context,))
    else:
        st.file_uploader(
            "Barcode file (CSV, TXT or XLSX, one UPC in each row, up to 10 MB)",
            KINDS,
            key="upload",
            on_change=_uploaded,
            args=(context,),
        )


def explain() -> None:
    """Draw what a file can look like, for as long as there is none."""
    with st.container(border=True, key="card_help", gap="small"):
        st.subheader("What a file can look like", anchor=False)
        st.markdown(
            "- one barcode in each line, or a table with a column of them\n"
            "- columns **condition**, **price**, **quantity**, **note** and **photos** are used where there are any\n"
            "- lost zeros, spaces and hyphens are mended where the check digit proves it\n"
            "- what cannot be used is shown with its row and reason, before anything starts"
        )
        if SAMPLE.exists():
            st.download_button(
                "Sample file", SAMPLE.read_bytes(), SAMPLE.name, icon=":material/download:", on_click="ignore"
            )


def _uploaded(context: Context) -> None:
    file = st.session_state["upload"]
    if file is None:
        _choose("")
        return
    _keep(context, file.getvalue(), file.name)


def _pasted(context: Context) -> None:
    _keep(context, st.session_state["pasted"].encode(), "pasted.txt")


def _addressed(context: Context) -> None:
    context.live.changed()
    _choose(st.session_state["address"].strip())


def _keep(context: Context, content: bytes, name: str) -> None:
    """Store the file, so that nothing hangs on this browser session."""
    path = act(context, "", partial(context.engine.submission.keep, content, name))
    if path is not None:
        _choose(path)


def _choose(path: str) -> None:
    """Have the page show `path`; a batch started from here on is a new one, and one only."""
    st.query_params.from_dict({"file": path, new_batch_start.REQUEST: uuid4().hex[:12]} if path else {})
