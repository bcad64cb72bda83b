"""The screen: what was asked for and can be undone, then the causes, each with what mends it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console import navigation
from console.actions import redraw
from console.context import Context, zone
from console.formatting import moment, number, rows
from console.poller import AWAY
from console.screens.attention import fixing, one_by_one, progress, view
from console.screens.attention.view import Group
from console.screens.batch.query import Query
from console.widgets import keys, notices, parts
from console.widgets.heading import heading
from console.widgets.text import plain
from engine.public import Cause, FixKind, RowsWanted, advice_on, kinds

REPEATED_SHOWN = 5
ARCHIVED_SECONDS = 60.0
_OF_ONE_BARCODE = frozenset({FixKind.CHOOSE, FixKind.BARCODE})


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one."""
    heading(
        context,
        "Needs attention",
        about="Why items of all batches failed, and what fixes them.",
        shortcuts=keys.ATTENTION,
    )
    parts.live(partial(progress.draw, context), name="fixes", shows=partial(progress.shows, context))
    parts.live(partial(_groups, context), name="groups", shows=lambda: parts.as_read(view.look(context)))
    fixing.dialog(context)
    one_by_one.drawer(context)


def _groups(context: Context) -> None:
    try:
        snapshot = view.look(context)
    except AWAY as error:
        notices.nothing_read(error)
        return
    notices.store_away(snapshot, zone())
    with st.container(key="stale_groups" if snapshot.away else "groups", gap="small"):
        for group in _chosen(snapshot.value):
            at = partial(moment, now=snapshot.read_at, zone=zone())
            _group(group, at, away=snapshot.away, mends=context.may_steer)
        if not snapshot.value:
            _nothing()
        _archived(context)
    notices.freshness(snapshot, zone())


def _chosen(groups: list[Group]) -> list[Group]:
    """Return the group that the address names, and draw a way back to all; all of them where it names none of them."""
    cause = st.query_params.get("cause", "")
    chosen = [group for group in groups if group.cause == cause]
    if not chosen or len(groups) == 1:
        return groups
    st.button(
        f"Show all {rows(len(groups), 'cause')}", icon=":material/filter_list_off:", on_click=_all, type="tertiary"
    )
    return chosen


def _all() -> None:
    st.query_params.clear()
    redraw()


def _group(group: Group, at: partial[str], *, away: bool, mends: bool) -> None:
    """Draw why rows failed, and what can be done with them for who may do it."""
    advice = advice_on(group.cause)
    with st.container(border=True, key=f"card_{group.cause}"):
        advice_column, batches = st.columns([1.5, 1], gap="small", vertical_alignment="center")
        with advice_column.container(gap="xxsmall"):
            st.markdown(f"#### {advice.name} :red-badge[{number(group.count)}]")
            st.markdown(advice.sentence)
            st.caption(advice.next_step if group.retryable else f"{advice.next_step} A retry alone cannot fix it.")
        with batches.container(gap="xxsmall"):
            for job, count in group.batches:
                st.page_link(
                    navigation.BATCH,
                    label=f"**{plain(job.name)}** · {rows(count)} · {at(job.created_at)}",
                    icon=":material/chevron_right:",
                    query_params={"job_id": job.job_id, **Query("attention", group.cause).address()},
                )
            if beyond := group.count - sum(count for _, count in group.batches):
                st.caption(f"and {rows(beyond)} in other batches")
        if mends:
            _repeated(group, away=away)
            _buttons(group, away=away)


def _buttons(group: Group, *, away: bool) -> None:
    """Draw what can be done with the whole group; what helps most is primary."""
    primary = _primary(group)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "One by one",
            icon=":material/view_carousel:",
            key=f"one_by_one_{group.cause}",
            type="primary" if primary is None else "secondary",
            disabled=away,
            on_click=one_by_one.open_rows,
            args=(RowsWanted(group.cause),),
        )
        for kind in kinds(group.cause):
            if kind in _OF_ONE_BARCODE or (kind is FixKind.RETRY and not group.as_it_is):
                continue  # those are one by one; a retry as it is would fail again
            words = fixing.WORDS[kind]
            st.button(
                f"{words.begin} {rows(group.count)}",
                icon=words.icon,
                key=f"{kind}_{group.cause}",
                type="primary" if kind is primary else "secondary",
                disabled=away,
                on_click=fixing.open_dialog,
                args=(kind, RowsWanted(group.cause)),
            )


def _primary(group: Group) -> FixKind | None:
    """Return what mends most of a group; None where each row is looked at by itself."""
    if group.cause is Cause.NO_PRICE:
        return FixKind.PRICE
    return FixKind.RETRY if group.as_it_is and group.retryable and group.cause is not Cause.NO_MATCH else None


def _repeated(group: Group, *, away: bool) -> None:
    """Draw the barcodes of which one choice mends several rows."""
    for one in group.repeated[:REPEATED_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.button(
                f"Choose once for {number(one.count)}",
                icon=":material/album:",
                key=f"repeated_{group.cause}_{one.gtin}",
                disabled=away,
                on_click=one_by_one.open_rows,
                args=(RowsWanted(group.cause, one.gtin),),
            )
            st.markdown(f"{plain(one.upc)} · {plain(one.name)}", width="content")


def _archived(context: Context) -> None:
    """Say how many of the rows are of archived batches; nothing where none is, or nobody knows."""
    try:
        count = context.poller.look(
            "attention_archived", context.engine.attention.archived, every=ARCHIVED_SECONDS
        ).value
    except AWAY:
        return
    if count:
        st.caption(f"{rows(count)} of archived batches are among these.")


def _nothing() -> None:
    with st.container(border=True, key="card_nothing", horizontal_alignment="center"):
        st.markdown(
            ":green[:material/check_circle:] **Nothing needs attention.** Rows that fail are listed here by cause."
        )
