"""What an operator must know before all else: the store is away, no engine runs, eBay is not connected."""

from __future__ import annotations

from datetime import tzinfo

import streamlit as st

from console import upstreams
from console.context import Context
from console.figures import moment, rows, second, span
from console.live import Snapshot
from engine.domain.services import Service
from engine.errors import EngineError

START_ENGINE = "python -m engine worker"


def freshness(snapshot: Snapshot[object], zone: tzinfo) -> None:
    """Draw how old the numbers are."""
    st.caption(updated(snapshot, zone), text_alignment="right")


def updated(snapshot: Snapshot[object], zone: tzinfo) -> str:
    """Return when the numbers were read, and whether more are coming."""
    return f"Updated {second(snapshot.read_at, zone)} · {'the store is away' if snapshot.away else 'live'}"


def store_away(snapshot: Snapshot[object], zone: tzinfo) -> None:
    """Say that the numbers are old; draws nothing while the store answers."""
    if snapshot.away:
        at = moment(snapshot.read_at, now=snapshot.read_at, zone=zone)
        st.warning(
            f"**Showing data from {at}.** The job store has not answered for {span(snapshot.age)}. "
            "Running batches keep their place; actions come back by themselves when it answers.",
            icon=":material/cloud_off:",
        )


def nothing_read(error: EngineError) -> None:
    """Say that there is nothing to show, because the store did not answer."""
    st.error(
        "**The job store does not answer, so there is nothing to show yet.** "
        "Nothing is lost: this page tries again by itself every few seconds.",
        icon=":material/cloud_off:",
    )
    st.caption(f"Reference: {type(error).__name__}")


def no_engine(waiting: int) -> None:
    """Say that nobody works."""
    st.error(
        f"**No engine is running.** {rows(waiting)} {'waits' if waiting == 1 else 'wait'}. "
        f"Start one with `{START_ENGINE}`; it goes on where the last one stopped.",
        icon=":material/power_off:",
    )


def ebay_not_connected(context: Context) -> None:
    """Say how to connect eBay; draws nothing unless every engine alive says that it has no credentials."""
    known = upstreams.look(context)
    if known is None or known.connected(Service.EBAY) is not False:
        return
    st.info(
        "**eBay is not connected, so drafts are composed here and not sent.** "
        "Set `EBAY_CLIENT_ID`, `EBAY_CLIENT_SECRET` and `EBAY_REFRESH_TOKEN` for the engine and restart it. "
        "Composed drafts are kept, and are in every export.",
        icon=":material/link_off:",
    )
