"""One row with all details, in a drawer: what was found, why it ended as it did, and earlier attempts."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from console import labels, navigation
from console.context import Context, zone
from console.formatting import money
from console.poller import AWAY
from console.screens.batch import attempts
from console.screens.batch.view import Look, load_rows
from console.screens.drafts import actions as drafts_actions
from console.screens.drafts import evidence
from console.screens.drafts.view import DRAFT, Place
from console.widgets import prices, standing, writing
from console.widgets.covers import cover
from console.widgets.dialogs import Dialog
from console.widgets.facts import facts
from console.widgets.sources import sources
from console.widgets.text import plain
from engine.public import (
    BatchView,
    Cause,
    DraftNeed,
    Item,
    ItemStatus,
    ReleaseSummary,
    advice_on,
    encode,
    local_times,
)

OPENED = Dialog[int]("row")
COVER_WIDTH = 150  # in a narrow window the cover stands above the facts, no wider

_FACTS = (
    ("artist", "Artist"),
    ("title", "Title"),
    ("year", "Year"),
    ("label", "Label"),
    ("catalog_number", "Catalogue number"),
    ("format", "Format"),
    ("country", "Country"),
)


def draw(context: Context, look: Look) -> None:
    """Open the drawer when a row was chosen."""
    index = OPENED.about
    if index is None:
        return
    screen = look().value
    read = partial(load_rows, context, screen, (index,))
    try:
        page = read()
    except AWAY as error:
        standing.nothing_read(context, error, read)
        return
    for item in page.value.items:
        title = plain(f"Row {item.line}: {item.upc}")
        body = partial(_row, context, screen.batch, item)
        OPENED.draw_dialog(context, title, body, width="medium", position="right")


def _row(context: Context, view: BatchView, item: Item) -> None:
    stuck = view.interrupted and (item.status is ItemStatus.WORKING or item.index in view.stranded)
    label = labels.item_label(item, in_flight=item.index in view.in_flight, stuck=stuck)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.badge(label.text, color=label.color, icon=label.symbol)
        if item.price:
            st.badge(money(item.price.cents), color="gray", icon=":material/sell:")
        if item.match.confidence:
            st.badge(
                f"{plain(item.match.confidence.capitalize())} confidence", color="gray", icon=":material/verified:"
            )
    _state(context, view, item)
    _carried_on(item)
    _link(view, item)
    _release(item, cover(item, context))
    if item.picture.warning:
        st.caption(plain(item.picture.warning))
    _evidence(item)
    evidence.ask_anew(context, Place(view.job.job_id, item.index), item)
    if item.price.reason:
        prices.draw(item.price)
    _draft(item)
    attempts.draw(view, item)


def _state(context: Context, view: BatchView, item: Item) -> None:
    """Draw what the row waits for, why it ended as it did, and what was not sent."""
    if waits_for := view.waits_by_row.get(item.index):
        st.info(f"Waits: {plain(local_times(waits_for, view.at, zone()))}", icon=":material/hourglass_top:")
    if item.cause is not None:
        _reason(item)
    possible = context.may_steer and item.wanted is None
    if item.cause in _DRAFTED_ELSEWHERE and possible:
        name = _DRAFTED_ELSEWHERE[item.cause]
        args = (context, view.job.job_id, item)
        writing.button(context, name, key="again", icon=":material/replay:", on_click=_again, args=args)
    if item.cause is Cause.REMOVED and possible:
        args = (context, view.job.job_id, item)
        writing.button(context, "Put it back", key="put_back", icon=":material/undo:", on_click=_put_back, args=args)
    if item.not_sent:
        st.info(plain(item.not_sent), icon=":material/info:")


_DRAFTED_ELSEWHERE = {
    Cause.DRAFTED_BEFORE: "Draft it anyway",
    Cause.ADDED: "Give it a draft of its own",
    Cause.HANDED_OVER: "Do it again here",
}


def _again(context: Context, job_id: str, item: Item) -> None:
    """Have a row drafted that was skipped because of an earlier draft."""
    OPENED.close()
    here = "is done again here" if item.handed_to else "gets a draft of its own"
    done = f"Row {item.index + 1} {here}."
    drafts_actions.again(context, Place(job_id, item.index), item, {}, done)


def _put_back(context: Context, job_id: str, item: Item) -> None:
    """Have a row done again that was left out, or whose draft was removed."""
    OPENED.close()
    done = f"Row {item.index + 1} is put back, and done again."
    drafts_actions.again(context, Place(job_id, item.index), item, {"removed": False}, done)


_FIXES = {
    Cause.AMBIGUOUS: "Choose a release",
    Cause.NO_MATCH: "Name a release",
    Cause.NO_PRICE: "Give it a price",
}


def _link(view: BatchView, item: Item) -> None:
    """Draw the link to the draft of the row, or to where a person can fix it."""
    fix = _FIXES.get(item.cause, "") if item.cause and item.status is ItemStatus.FAILED else ""
    if not item.draft and not fix:
        return
    if DraftNeed.PRICE in item.needs:
        fix = "Give it a price"
    job_id = view.job.job_id
    st.page_link(
        navigation.DRAFTS,
        label=fix or "Look at the draft, edit it, send it again",
        icon=":material/edit:" if fix else ":material/sell:",
        query_params={"job_id": job_id, "show": "all", DRAFT: str(Place(job_id, item.index))},
    )


def _carried_on(item: Item) -> None:
    """Draw the way to the row that carries this one on."""
    if item.handed_to:
        label = f"Row {item.handed_to.index + 1} of {plain(item.handed_to.batch)}"
        params = {"job_id": item.handed_to.job_id}
        st.page_link(navigation.BATCH, label=label, icon=":material/arrow_forward:", query_params=params)


def _reason(item: Item) -> None:
    assert item.cause is not None, "a reason has a cause"  # noqa: S101
    advice = advice_on(item.cause)
    with st.container(border=True, key="card_reason", gap="xxsmall"):
        st.markdown(f"**{advice.name}.** {plain(item.error or advice.sentence)}")
        st.caption(f"What to do: {advice.next_step}")


def _release(item: Item, picture: str | None) -> None:
    if not item.release:
        return
    if picture:
        left, about = st.columns([1, 2.4], gap="small")
        left.image(picture, width=COVER_WIDTH, alt=f"Cover of {labels.release_line(item)}")
    else:
        about = st.container()
    known = {name: fact for field, name in _FACTS if (fact := getattr(item.release, field))}
    with about:
        facts(known)
        if found := sources(item.release):
            st.caption(found)
        if not picture and item.picture.reason:
            st.caption(plain(item.picture.reason))


def _evidence(item: Item) -> None:
    reasons, candidates = item.match.reasons, item.match.candidates
    if not reasons and not candidates:
        return
    st.markdown("**Match**")
    for reason in reasons:
        if reason != item.error:
            st.markdown(f"- {plain(reason)}")
    if len(candidates) > 1 or (candidates and not item.release):
        st.dataframe(
            pd.DataFrame([_candidate(candidate) for candidate in candidates]),
            hide_index=True,
            placeholder="",
            column_config={"Page": st.column_config.LinkColumn(display_text="Open", width=60)},
            alt="Releases that carry this barcode, the best first",
        )


def _candidate(candidate: ReleaseSummary) -> dict[str, str | None]:
    about = ", ".join(filter(None, (candidate.format, candidate.country, str(candidate.year or ""))))
    return {
        "Candidate": candidate.name,
        "Pressing": about,
        "Label": candidate.label_line,
        "Page": candidate.url or None,
    }


def _draft(item: Item) -> None:
    if not item.draft and not item.sku:
        return
    st.markdown("**Draft**")
    facts(
        {
            "Title": item.draft.title,
            "SKU": item.sku,
            "Your number": item.seller_sku or None,
            "Shelf": item.location or None,
            "eBay offer": f"{item.offer_id}, unpublished" if item.offer_id else None,
        }
    )
    if item.offer_id:
        st.caption("eBay has no page of an offer before it is published; until then it is looked at and edited here.")
    if item.draft:
        with st.expander("The whole draft"):
            st.json(encode(item.draft))
