"""One draft: its state and what can be done with it, the form, the evidence."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from console import labels
from console.context import Context
from console.formatting import money
from console.poller import AWAY
from console.screens.drafts import actions, edit
from console.screens.drafts import evidence as drafts_evidence
from console.screens.drafts.table import open_draft
from console.screens.drafts.view import CONFIDENCE_LABELS, REVIEW_LABELS, Listing, Place, changed
from console.widgets import parts, standing, writing
from console.widgets.text import code, plain
from engine.public import Cause, DraftNeed, Item, ItemStatus, JobUnknown, Outcome, Review, advice_on, review

SEEN = "seen_draft"  # the row as it was when it was opened
NEXT = {"Next": ("J", "keyboard_arrow_down", 1), "Previous": ("K", "keyboard_arrow_up", -1)}


def draw(context: Context, page: Listing, place: Place) -> None:
    """Draw the row. It stays as it was opened until the operator asks for it again or has changed it."""
    try:
        now = _read(context, place)
    except JobUnknown:
        st.markdown(f"There is no batch {code(place.job_id)}.")
        return
    except AWAY as error:
        standing.nothing_read(context, error, partial(_read, context, place))
        return
    if now is None:
        st.markdown(f"Batch {code(place.job_id)} has no row {place.index + 1}.")
        return
    item = _seen(context, place, now)
    with st.container(border=True, key="card_draft", gap="small"):
        _head(context, page, place, item)
        watch = partial(_watch, context, place, item)
        parts.live(watch, name="draft_watch", shows=partial(_read, context, place))
        _reason(item)
        if item.status is ItemStatus.SUCCEEDED and item.draft:
            form, evidence = st.columns([1.08, 1], gap="medium")
            with form:
                edit.draw(context, place, item)
        else:
            if item.cause is Cause.NO_PRICE and context.may_steer:
                edit.draw_price(context, place, item)
            evidence = st.container()
        with evidence:
            drafts_evidence.draw(context, place, item)


def _read(context: Context, place: Place) -> Item | None:
    """Return the row as it is now, None when there is none.

    Raises:
        JobUnknown: there is no such batch.
        StoreError, FilesAway: it was never read, and the store does not answer.
    """
    queries, look = context.engine.queries, context.poller.look
    look(("draft batch", place.job_id), partial(queries.job, place.job_id), every=60.0)
    found = look(("draft", place), partial(queries.items_at, place.job_id, [place.index]), every=2.0).value
    return next(iter(found), None)


def _seen(context: Context, place: Place, now: Item) -> Item:
    """Return the row as the operator sees it: as it was when they opened it, or as their own change left it."""
    held: tuple[Place, Item] | None = st.session_state.get(SEEN)
    own = st.session_state.get(actions.OWN) == place
    if held is None or held[0] != place or (own and changed(held[1], now)):
        if own and now.done and now.wanted is None:
            st.session_state.pop(actions.OWN)
            context.poller.changed()
        held = st.session_state[SEEN] = (place, now)
    return held[1]


def _watch(context: Context, place: Place, item: Item) -> None:
    """Follow the operator's own change; announce a change by anyone else."""
    try:
        now = _read(context, place)
    except AWAY:
        st.caption("The store is away: actions come back by themselves.")
        return
    if now is None or not changed(item, now):
        _under_way(item)
        return
    if st.session_state.get(actions.OWN) == place:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":orange[:material/update:] **This row was changed in the meantime.**", width="content")
        st.button("Show it as it is now", on_click=_anew, type="tertiary")


def _anew() -> None:
    st.session_state.pop(SEEN, None)


def _under_way(item: Item) -> None:
    if item.wanted is not None or not item.done:
        st.markdown(":blue[:material/sync:] **Being done again.** An engine will do it; this screen follows.")


def _reason(item: Item) -> None:
    """Say why the row is not a draft, or what was left unchanged."""
    if item.decided.removed:
        st.markdown(plain(item.error or advice_on(Cause.REMOVED).sentence))
    elif item.cause is not None:
        advice = advice_on(item.cause)
        st.markdown(f"**{advice.name}.** {plain(item.error or advice.sentence)}")
    elif item.error:
        st.warning(plain(item.error), icon=":material/info:")


def _head(context: Context, page: Listing, place: Place, item: Item) -> None:
    title = item.draft.title or labels.release_line(item) or f"Row {item.line}: {item.upc}"
    st.subheader(plain(title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for text, color, icon in _badges(item):
            st.badge(plain(text), color=color, icon=f":material/{icon}:")
    busy = item.wanted is not None or not item.done
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if context.may_steer:
            _opinions(context, place, item, disabled=busy)
        for label, (key, icon, steps) in NEXT.items():
            other = page.after(place, steps)
            st.button(
                label,
                icon=f":material/{icon}:",
                shortcut=key,
                disabled=other is None,
                on_click=open_draft,
                args=(page, other),
            )
        if context.may_steer:
            _removal(context, place, item, disabled=busy)


def _badges(item: Item) -> list[tuple[Any, Any, str]]:
    found: list[tuple[Any, Any, str]] = []
    if item.draft and item.status is not ItemStatus.FAILED:
        label = REVIEW_LABELS[review(item)]
        found.append((label.text, label.color, label.icon))
    if sure := CONFIDENCE_LABELS.get(item.match.confidence or ""):
        found.append((f"Match: {sure.text.lower()}", sure.color, sure.icon))
    if item.offer_id:
        found.append((f"Offer {item.offer_id}, unpublished", "gray", "storefront"))
    elif item.outcome is Outcome.COMPOSED:
        found.append(("Not sent to eBay", "gray", "edit_document"))
    if item.draft.price_cents:
        found.append((money(item.draft.price_cents), "gray", "sell"))
    elif DraftNeed.PRICE in item.needs:
        found.append(("Not ready: price", "orange", "sell"))
    return found


def _opinions(context: Context, place: Place, item: Item, *, disabled: bool) -> None:
    """Draw Approve and Hold, or the buttons to undo them."""
    if not item.draft or item.status is not ItemStatus.SUCCEEDED:
        return
    for label, state, key in (("Approve", Review.APPROVED, "A"), ("Hold", Review.HELD, "H")):
        chosen = review(item) is state
        writing.button(
            context,
            f"{label}d" if chosen and state is Review.APPROVED else "Held" if chosen else label,
            key=f"review_{state}",
            icon=REVIEW_LABELS[state].symbol,
            shortcut=key,
            disabled=disabled,
            on_click=actions.review,
            args=(context, place, item, Review.OPEN if chosen else state),
            help="Press it again to open the draft again." if chosen else None,
        )


def _removal(context: Context, place: Place, item: Item, *, disabled: bool) -> None:
    if item.decided.removed:
        writing.button(
            context,
            "Put back",
            key="put_back",
            icon=":material/undo:",
            type="primary",
            disabled=disabled,
            on_click=actions.put_back,
            args=(context, place, item),
        )
        return
    if not item.draft:
        return
    with st.popover("Remove", icon=":material/delete:", disabled=disabled):
        where = "The unpublished offer and its item are deleted at eBay. " if item.offer_id else ""
        st.markdown(f"{where}The row is skipped, and its evidence stays here. You can put it back.")
        writing.button(
            context,
            "Remove this draft",
            key="remove_draft",
            icon=":material/delete:",
            on_click=actions.remove,
            args=(context, place, item),
        )
