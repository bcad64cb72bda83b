"""One row, whole, in a drawer: what was found, why it ended as it did, and what was tried before."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from console import actions, navigation, words
from console.context import Context, zone
from console.counts import in_hand
from console.figures import moment, money
from console.live import AWAY
from console.screens import batch_page, drafts_actions
from console.screens.batch_view import Look
from console.screens.drafts_view import DRAFT, Place
from console.widgets import notices, prices
from console.widgets.covers import cover
from console.widgets.facts import facts
from console.widgets.text import plain
from engine.domain.items import Item, ItemStatus
from engine.errors import Cause
from engine.public import BatchView

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
    index = st.session_state.get("row")
    if index is None:
        return
    screen = look().value
    try:
        page = batch_page.look(context, screen, (index,))
    except AWAY as error:
        notices.nothing_read(error)
        return
    for item in page.value.items:
        title = f"Row {item.line}: {item.upc}"
        st.dialog(title, width="medium", position="right", on_dismiss=_close)(_row)(context, screen.batch, item)


def _close() -> None:
    st.session_state.pop("row", None)


def _row(context: Context, view: BatchView, item: Item) -> None:
    if actions.untold():
        st.rerun()
    stuck = view.interrupted and (item.status is ItemStatus.WORKING or item.index in in_hand(view, silent=True))
    word = words.item_word(item, in_hand=item.index in in_hand(view), stuck=stuck)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.badge(word.text, color=word.color, icon=word.symbol)
        if item.price.get("cents") is not None:
            st.badge(money(item.price["cents"]), color="gray", icon=":material/sell:")
        if item.match.get("confidence"):
            st.badge(
                f"{str(item.match['confidence']).capitalize()} confidence", color="gray", icon=":material/verified:"
            )
    if waits_for := view.waits_by_row.get(item.index):
        st.info(f"Waits: {waits_for}", icon=":material/hourglass_top:")
    if item.cause is not None:
        _reason(item)
    if item.cause in _DRAFTED_ELSEWHERE and item.wanted is None:
        label = _DRAFTED_ELSEWHERE[item.cause]
        st.button(label, icon=":material/replay:", on_click=_again, args=(context, view.job.job_id, item))
    if item.not_sent:
        st.info(item.not_sent, icon=":material/info:")
    _link(view, item)
    _release(item, cover(item, context.settings))
    if item.picture.get("warning"):
        st.caption(plain(item.picture["warning"]))
    _evidence(item)
    if item.price:
        prices.draw(item.price)
    _draft(item)
    _history(view, item)


_DRAFTED_ELSEWHERE = {
    Cause.DRAFTED_BEFORE: "Draft it all the same",
    Cause.ADDED: "Give it a draft of its own",
}


def _again(context: Context, job_id: str, item: Item) -> None:
    """Have a row drafted that was not, because of an earlier draft."""
    _close()
    done = f"Row {item.index + 1} gets a draft of its own."
    drafts_actions.again(context, Place(job_id, item.index), item, {}, done)


_MENDS = {
    Cause.AMBIGUOUS: "Choose a release",
    Cause.NO_MATCH: "Name a release",
    Cause.NO_PRICE: "Give it a price",
}


def _link(view: BatchView, item: Item) -> None:
    """Draw the way to the draft of the row, or to where a person can mend it."""
    mends = _MENDS.get(item.cause, "") if item.cause and item.status is ItemStatus.FAILED else ""
    if not item.draft and not mends:
        return
    job_id = view.job.job_id
    st.page_link(
        navigation.DRAFTS,
        label=mends or "Look at the draft, edit it, send it again",
        icon=":material/edit:" if mends else ":material/sell:",
        query_params={"job_id": job_id, "show": "all", DRAFT: str(Place(job_id, item.index))},
    )


def _reason(item: Item) -> None:
    assert item.cause is not None, "a reason has a cause"  # noqa: S101
    advice = words.ADVICE[item.cause]
    with st.container(border=True, key="card_reason", gap="xxsmall"):
        st.markdown(f"**{advice.name}.** {item.error or advice.sentence}")
        st.caption(f"What to do: {advice.next_step}")


def _release(item: Item, picture: str | None) -> None:
    if not item.release:
        return
    if picture:
        left, about = st.columns([1, 2.4], gap="small")
        left.image(picture, width="stretch", alt=f"Cover of {words.release_line(item)}")
    else:
        about = st.container()
    known = {name: item.release[field] for field, name in _FACTS if item.release.get(field)}
    with about:
        facts(known)
        if not picture and item.picture.get("reason"):
            st.caption(str(item.picture["reason"]))


def _evidence(item: Item) -> None:
    reasons, candidates = item.match.get("reasons") or [], item.match.get("candidates") or []
    if not reasons and not candidates:
        return
    st.markdown("**Match**")
    for reason in reasons:
        if reason != item.error:
            st.markdown(f"- {reason}")
    if len(candidates) > 1 or (candidates and not item.release):
        st.dataframe(
            pd.DataFrame([_candidate(candidate) for candidate in candidates]),
            hide_index=True,
            placeholder="",
            column_config={"Page": st.column_config.LinkColumn(display_text="Open", width=60)},
            alt="Releases that carry this barcode, the best first",
        )


def _candidate(candidate: Mapping[str, Any]) -> dict[str, Any]:
    release = " – ".join(str(candidate[name]) for name in ("artist", "title") if candidate.get(name))
    about = ", ".join(str(candidate[name]) for name in ("format", "country", "year") if candidate.get(name))
    label = " ".join(str(candidate[name]) for name in ("label", "catalog_number") if candidate.get(name))
    return {"Candidate": release, "Pressing": about, "Label": label, "Page": candidate.get("url") or None}


def _draft(item: Item) -> None:
    if not item.draft and not item.sku:
        return
    st.markdown("**Draft**")
    facts(
        {
            "Title": item.draft.get("title"),
            "SKU": item.sku,
            "eBay offer": f"{item.offer_id}, unpublished" if item.offer_id else None,
        }
    )
    if item.draft:
        with st.expander("The whole draft"):
            st.json(dict(item.draft))


def _history(view: BatchView, item: Item) -> None:
    """Draw each attempt, the newest first."""
    at = partial(moment, now=view.at, zone=zone())
    lines = [
        f"Attempt {entry['attempt']} · {at(entry['at'])} · {entry['error'] or 'succeeded'}" for entry in item.history
    ]
    if item.finished_at is not None:
        what = f"Attempt {item.attempts}" if item.attempts else "Skipped"
        lines.append(f"{what} · {at(item.finished_at)} · {item.error or 'succeeded'}")
    elif item.started_at is not None:
        lines.append(f"Begun {at(item.started_at)} by `{item.worker}`")
    if lines:
        st.markdown("**Attempts**")
        st.markdown("\n".join(f"- {line}" for line in reversed(lines)))
