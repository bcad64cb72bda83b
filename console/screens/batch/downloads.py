"""What a batch is taken away as: results of all rows or of those in view, failed rows, pick lists."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from console.formatting import number
from console.screens.batch.query import Query
from console.screens.batch.view import BatchScreen
from engine.public import Cause

_RESULTS = (
    ("Your file with results", "as-uploaded", "draft"),
    ("Results CSV", "results.csv", "table_view"),
    ("Excel", "results.xlsx", "grid_on"),
    ("JSON lines", "results.jsonl", "data_object"),
)


def card(screen: BatchScreen) -> None:
    """Draw the card with everything that can be downloaded."""
    base = _base(screen)
    with st.container(border=True, key="card_downloads", gap="small"):
        st.subheader("Downloads", anchor=False)
        st.caption(
            "One line for each row of the uploaded file, in its order, with status and reason. “Your file” has its own "
            "columns, header and delimiter, or its sheets, and the results behind them."
        )
        _results(base, {})
        failed = screen.job.failed_upcs
        with st.container(horizontal=True, gap="xsmall"):
            reasons = f"{base}/as-uploaded?status=failed"
            label = f"Failed rows with reasons ({number(failed)})"
            st.link_button(label, reasons, icon=":material/error:", disabled=not failed)
            st.link_button("Failed UPCs", f"{base}/failed.txt", icon=":material/barcode:", disabled=not failed)
        st.caption("The drafted copies, shelf by shelf, with your own numbers.")
        with st.container(horizontal=True, gap="xsmall"):
            drafts = screen.counts.succeeded
            for label, kind in (("Pick list to print", "pdf"), ("Pick list CSV", "csv")):
                address = f"{base}/pick-list.{kind}"
                st.link_button(label, address, icon=":material/checklist:", disabled=not drafts)
        if any(found.cause is Cause.NO_MATCH for found in screen.detail.causes):
            st.caption("Barcodes that nobody knows and that are, by their number, books, films or games.")
            st.link_button("For elsewhere", f"{base}/elsewhere.csv", icon=":material/move_up:")


def of_filter(screen: BatchScreen, query: Query) -> None:
    """Draw the downloads of the rows that a query finds; rows in hand are none: they change while they are read."""
    asked = query.asked()
    if not asked or query.show == "working":
        return
    with st.popover("Download these", icon=":material/download:", type="tertiary", width="content"):
        st.caption("All rows that match the filter, on every page.")
        _results(_base(screen), asked)


def _results(base: str, asked: Mapping[str, str]) -> None:
    behind = f"?{urlencode(asked)}" if asked else ""
    with st.container(horizontal=True, gap="xsmall"):
        for label, name, icon in _RESULTS:
            st.link_button(label, f"{base}/{name}{behind}", icon=f":material/{icon}:")


def _base(screen: BatchScreen) -> str:
    return f"/api/batch/{screen.job.job_id}"
