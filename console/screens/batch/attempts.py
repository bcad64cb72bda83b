"""The runs of a row: the newest beside the one before it, so that what has changed is seen at once."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from console.context import zone
from console.formatting import moment, number
from console.widgets.text import code, plain
from engine.public import Attempt, BatchView, Item, ItemStatus, advice_on


def draw(view: BatchView, item: Item) -> None:
    """Draw the last two ends side by side, the older ones and a run that goes on below; nothing before the first."""
    ends = [*item.history, *_last(item)]
    if not ends and item.started_at is None:
        return
    st.markdown("**Attempts**")
    for place, end in zip(st.columns(2, gap="small"), ends[-2:], strict=False):
        with place.container(border=True, gap="xxsmall"):
            _end(end, view.at)
    if item.started_at is not None and item.finished_at is None:
        begun = moment(item.started_at, now=view.at, zone=zone())
        st.markdown(f":blue[:material/sync:] Begun {begun} by {code(item.worker)}")
    for end in reversed(ends[:-2]):
        _end(end, view.at)


def _last(item: Item) -> list[Attempt]:
    """Return the end that the row has now, none while it has none; being skipped is no attempt."""
    if item.finished_at is None:
        return []
    spent = 0 if item.status is ItemStatus.SKIPPED else item.attempts
    return [Attempt(spent, item.cause, item.error, item.finished_at)]


def _end(end: Attempt, now: datetime) -> None:
    """Draw which attempt it was, when it ended, and how."""
    called = f"Attempt {number(end.attempt)}" if end.attempt else "Skipped"
    st.caption(f"{called} · {moment(end.at, now=now, zone=zone())}")
    if end.cause is None:
        st.markdown(f":green[:material/check_circle:] Succeeded {plain(end.error or '')}")
        return
    advice = advice_on(end.cause)
    st.markdown(f"**{advice.name}.** {plain(end.error or advice.sentence)}")
