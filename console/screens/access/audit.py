"""Who did what: the newest entries of the audit, by person, batch and day, and all of them as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from console.context import zone
from console.formatting import moment, number
from console.labels import Label
from console.widgets import tables
from engine.public import audit

BY, BATCH, SINCE, UNTIL = "audit_by", "audit_batch", "audit_since", "audit_until"
SHOWN = 200  # of many entries, the newest
RESULTS = {
    audit.Result.DONE: Label("Done", "green", "check"),
    audit.Result.REFUSED: Label("Refused", "red", "block"),
    audit.Result.FAILED: Label("Failed", "orange", "error"),
    audit.Result.ASKED: Label("Asked", "gray", "hourglass_empty"),
}


def wanted() -> audit.AuditFilter:
    """Return which entries are asked for; days are those of the browser, both included."""
    state = st.session_state
    last = state.get(UNTIL)
    return audit.AuditFilter(
        str(state.get(BY) or "").strip(),
        str(state.get(BATCH) or "").strip(),
        _midnight(state.get(SINCE)),
        _midnight(last + timedelta(days=1) if last else None),
    )


def filters(chosen: audit.AuditFilter) -> None:
    """Draw the filters, and the way to all entries that are asked for."""
    by, batch, since, until, all_of_them = st.columns([3, 3, 2, 2, 1.4], gap="small", vertical_alignment="bottom")
    by.text_input("Who", key=BY, placeholder="ann@example.com, or token nightly")
    batch.text_input("Batch", key=BATCH, placeholder="batch_20250821_145610_0")
    since.date_input("From", value=None, key=SINCE)
    until.date_input("To", value=None, key=UNTIL)
    all_of_them.link_button("CSV", f"/api/audit/audit.csv{_query(chosen)}", icon=":material/download:", width="stretch")


def draw(entries: Sequence[audit.Entry], chosen: audit.AuditFilter, now: datetime) -> None:
    """Draw the newest entries."""
    if not entries:
        st.caption("Nothing was done so." if chosen != audit.EVERYTHING else "Nothing was done yet.")
        return
    st.dataframe(
        pd.DataFrame([_row(entry, now) for entry in entries]),
        key="audit_entries",
        hide_index=True,
        column_config={"Result": tables.badges("Result", list(RESULTS.values()), width=90)},
        alt="What was done, the newest first",
    )
    if len(entries) == SHOWN:
        st.caption(f"The newest {number(SHOWN)}: CSV has all of them.")


def _row(entry: audit.Entry, now: datetime) -> dict[str, object]:
    label = RESULTS.get(entry.result)
    return {
        "When": moment(entry.at, now=now, zone=zone()),
        "Who": entry.by,
        "What": entry.words,
        "On what": " · ".join(part for part in (", ".join(entry.batches), entry.about) if part),
        "Result": [label.text if label else str(entry.result)],
        "Why": entry.sentence,
        "Where from": f"{entry.via} {entry.address}".strip(),
    }


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), zone()) if day else None


def _query(chosen: audit.AuditFilter) -> str:
    said = {"by": chosen.by, "batch": chosen.batch}
    times = {"since": chosen.since, "until": chosen.until}
    asked = {name: text for name, text in said.items() if text}
    asked |= {name: at.isoformat() for name, at in times.items() if at}
    return f"?{urlencode(asked)}" if asked else ""
