"""How long what is over is kept, and how much of it has gone, on the System screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from console.formatting import number, rows
from engine.public import retention

NAMES: Mapping[str, str] = {
    retention.Subject.BATCHES: "Batches that have ended",
    retention.Subject.SCANS: "Scan sessions of which a file was made",
    retention.Subject.FILES: "Uploaded files that nothing names any more",
    retention.Subject.NOTIFICATIONS: "Notifications",
    retention.Subject.ENTRIES: "Entries of the audit",
    retention.Subject.FIXES: "Fixes of many items",
    retention.Subject.DELETIONS: "Records of who deleted which batch",
    retention.Subject.SESSIONS: "Sessions of people",
    retention.Subject.LOOKUPS: "What services said of barcodes",
    retention.Subject.HISTORY: "Entries in the history of batches",
    retention.Subject.REQUESTS: "Names of requests",
    retention.Subject.UPLOADS: "Uploads that were never started",
    retention.Subject.WORKERS: "Records of engines",
}
BY_FIRESTORE = "What else has an end, such as what services said of barcodes, Firestore takes away and does not count."


def draw(record: retention.RetentionRecord | None, at: partial[str]) -> None:
    """Draw a line for each rule; `at` formats a moment."""
    with st.container(border=True, key="card_retained", gap="xsmall"):
        st.subheader("What is kept, and for how long", anchor=False)
        if record is None:
            st.caption("No engine has looked yet for what may go. One does so once a day.")
            return
        st.dataframe(
            pd.DataFrame([_cells(subject, rule, at) for subject, rule in record.rules.items()]),
            key="retained",
            hide_index=True,
            row_height=36,
            height="content",
            alt="How long what is over is kept, and how much of it has gone",
        )
        looked = f"An engine looked last at {at(record.ended_at)}." if record.ended_at else "An engine is looking now."
        st.caption(f"{looked} {'' if retention.Subject.LOOKUPS in record.rules else BY_FIRESTORE}")


def _cells(subject: str, rule: retention.RuleState, at: partial[str]) -> dict[str, object]:
    return {
        "What": NAMES.get(subject, subject),
        "Kept": _kept(rule.days),
        "Gone so far": number(rule.removed),
        "Last gone": at(rule.removed_at),
    }


def _kept(days: int | None) -> str:
    if days is None:
        return "for good"
    return f"for {rows(days, 'day')}" if days else "until their end"
