"""The ways to give a file: upload, paste, or Cloud Storage. Each one puts an address into the URL of the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.sample import SAMPLE
from console.screens.new_batch import kept, scan_start
from console.widgets import writing

KINDS = ["csv", "txt", "tsv", "tab", "json", "jsonl", "xlsx", "xlsm", "xls"]
UPLOAD, PASTE, BUCKET, SCAN = "Upload", "Paste", "Cloud Storage", "Scan"


def draw(context: Context) -> None:
    """Draw the ways to give a file."""
    way = st.segmented_control(
        "Where the barcodes come from", [UPLOAD, PASTE, BUCKET, SCAN], default=UPLOAD, required=True, key="way"
    )
    if way == PASTE:
        st.text_area("Barcodes, one in each line", key="pasted", height=140, placeholder="074646362822\n093624755524")
        _check(context, "Check these barcodes", _pasted)
    elif way == BUCKET:
        st.text_input("Address of the file", key="address", placeholder="gs://bucket/file.txt")
        _check(context, "Check this file", _addressed)
    elif way == SCAN:
        scan_start.begin(context)
    else:
        writing.part(context, partial(_upload, context), name="write_upload", width="stretch")


def _check(context: Context, label: str, action: Callable[[Context], None]) -> None:
    writing.button(context, label, key="check", icon=":material/fact_check:", on_click=action, args=(context,))


def _upload(context: Context, away: bool) -> None:
    changed = partial(writing.clicked, _uploaded, context)
    st.file_uploader("Barcode file", KINDS, key="upload", on_change=changed, disabled=away)


def explain(context: Context) -> None:
    """Draw what a file can look like, until there is one."""
    with st.container(border=True, key="card_help", gap="small"):
        st.subheader("What a file can look like", anchor=False)
        st.markdown(
            "- barcodes in lines, between commas, side by side in boxes, or in a column of a table\n"
            "- columns **condition**, **price**, **quantity**, **note** and **photos** are used where there are any\n"
            "- all sheets of a workbook that hold barcodes are read\n"
            "- lost zeros, spaces, hyphens and labels are repaired where the check digit proves it\n"
            "- what cannot be used is shown with its row and reason, before anything starts"
        )
        if SAMPLE.exists():
            with st.container(horizontal=True, gap="xsmall"):
                args, icon = (context,), ":material/play_circle:"
                writing.button(
                    context, "Try the sample", key="try_sample", icon=icon, on_click=choose_sample, args=args
                )
                st.download_button(
                    "Sample file", SAMPLE.read_bytes(), SAMPLE.name, icon=":material/download:", on_click="ignore"
                )


def choose_sample(context: Context) -> None:
    """Have the page show the sample as if it had been uploaded."""
    _keep(context, SAMPLE.read_bytes(), SAMPLE.name)


def _uploaded(context: Context) -> None:
    file = st.session_state["upload"]
    if file is None:
        kept.begin(context, "")
        return
    _keep(context, file.getvalue(), file.name)


def _pasted(context: Context) -> None:
    _keep(context, st.session_state["pasted"].encode(), "pasted.txt")


def _addressed(context: Context) -> None:
    context.poller.changed()
    kept.begin(context, st.session_state["address"].strip())


def _keep(context: Context, content: bytes, name: str) -> None:
    """Store the file, so that the check does not depend on this browser session."""
    path = act(context, "", partial(context.engine.submission.keep, content, name))
    if path is not None:
        kept.begin(context, path)
