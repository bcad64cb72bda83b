"""Needs attention: what failed in the newest batches, by cause, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from console import labels, navigation
from console.context import Context, zone
from console.formatting import moment, number, rows
from console.poller import AWAY
from console.screens.batch.query import Query
from console.screens.batch.view import load_causes
from console.screens.batches import view as batches
from console.widgets import notices, parts
from console.widgets.heading import heading
from console.widgets.text import plain
from engine.public import Cause, Job

BATCHES = 30  # so many of the newest are searched
EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Group:
    """All rows that failed for one cause, by batch; the batch with the most of them comes first."""

    cause: Cause
    batches: tuple[tuple[Job, int], ...]
    retryable: bool

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return sum(count for _, count in self.batches)


def load(context: Context) -> list[Group]:
    """Read why rows of the newest batches failed, the most frequent cause first."""
    found: dict[Cause, list[tuple[Job, int]]] = {}
    retryable: dict[Cause, bool] = {}
    for view in batches.newest(context)[:BATCHES]:
        for entry in load_causes(context, view.job, every=EVERY_SECONDS) if view.job.failed_upcs else ():
            found.setdefault(entry.cause, []).append((view.job, entry.count))
            retryable[entry.cause] = entry.retryable
    groups = [
        Group(cause, tuple(sorted(jobs, key=lambda pair: -pair[1])), retryable[cause]) for cause, jobs in found.items()
    ]
    return sorted(groups, key=lambda group: -group.count)


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one."""
    about = f"Why items of the newest {BATCHES} batches failed, and how to fix it."
    heading(context, "Needs attention", about=about)
    parts.live(partial(_groups, context), name="groups")


def _groups(context: Context) -> None:
    try:
        snapshot = context.poller.look("attention", partial(load, context), every=EVERY_SECONDS)
    except AWAY as error:
        notices.nothing_read(error)
        return
    notices.store_away(snapshot, zone())
    more = _beyond(context, sum(group.count for group in snapshot.value))
    with st.container(key="stale_groups" if snapshot.away else "groups", gap="small"):
        for group in snapshot.value:
            _group(group, partial(moment, now=snapshot.read_at, zone=zone()))
        if not snapshot.value and not more:
            _nothing()
    notices.freshness(snapshot, zone())


def _beyond(context: Context, listed: int) -> bool:
    """Say how many rows need attention in all batches, where those listed are fewer; return whether they may be."""
    read = partial(batches.today, context, zone())
    try:
        counts = context.poller.look(("today", str(zone())), read, every=batches.TODAY_SECONDS).value.overview
    except AWAY:
        return True
    if counts.failed > listed:
        whole = f"**{rows(counts.failed)} in {rows(counts.failed_in, 'batch', 'batches')}** need attention in all."
        st.markdown(f"{whole} Those of the newest {BATCHES} batches, {number(listed)}, are listed here by cause.")
    return counts.failed > listed


def _group(group: Group, at: partial[str]) -> None:
    advice = labels.advice(group.cause)
    with st.container(border=True, key=f"card_{group.cause}"):
        advice_column, batches = st.columns([1.5, 1], gap="large", vertical_alignment="center")
        with advice_column.container(gap="xxsmall"):
            st.markdown(f"#### {advice.name} :red-badge[{number(group.count)}]")
            st.markdown(advice.sentence)
            st.caption(advice.next_step if group.retryable else f"{advice.next_step} A retry alone cannot fix it.")
        with batches.container(gap="xxsmall"):
            for job, count in group.batches[:5]:
                st.page_link(
                    navigation.BATCH,
                    label=f"**{plain(job.name)}** · {rows(count)} · {at(job.created_at)}",
                    icon=":material/chevron_right:",
                    query_params={"job_id": job.job_id, **Query("attention", group.cause).address()},
                )
            if len(group.batches) > 5:
                st.caption(f"and in {number(len(group.batches) - 5)} more")


def _nothing() -> None:
    with st.container(border=True, key="card_nothing", horizontal_alignment="center"):
        st.markdown(
            ":green[:material/check_circle:] **Nothing needs attention.** Rows that fail are listed here by cause."
        )
