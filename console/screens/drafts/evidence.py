"""Why a draft is as it is: the release and other possible ones, the price, what is left to do, earlier drafts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from console import labels, navigation
from console.context import Context, zone
from console.formatting import moment, money, number
from console.poller import AWAY
from console.screens.drafts import actions
from console.screens.drafts.view import DRAFT, REVIEW_LABELS, Place, differences, same_release
from console.widgets import prices, writing
from console.widgets.facts import facts
from console.widgets.sources import sources
from console.widgets.text import plain
from engine.public import RULES_OF_EBAY, Cause, Draft, Item, ItemStatus, ReleaseSummary, copies_not_in_draft

_ENDED = (ItemStatus.SUCCEEDED, ItemStatus.FAILED)


def draw(context: Context, place: Place, item: Item) -> None:
    """Draw the evidence of a row."""
    _left_to_do(item)
    _match(context, place, item)
    if item.price.reason:
        prices.draw(item.price)
    for line in added(item):
        st.caption(line)
    _others(context, item)


def added(item: Item) -> list[str]:
    """Return which rows of later batches have added copies to the draft, and which of these copies it lacks."""
    missing = copies_not_in_draft(item)
    return [
        f"{number(one.copies)} added by row {one.index + 1} of {plain(one.batch)}"
        + (", not in the draft yet" if sku in missing else "")
        for sku, one in item.decided.added.items()
    ]


def _left_to_do(item: Item) -> None:
    """Draw what is left to do, and which rules it was checked against."""
    left = item.draft.not_publishable
    if left:
        with st.expander(f"Not publishable yet: {len(left)} to do", icon=":material/checklist:"):
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in left))
    for note in item.draft.notes:
        st.caption(f":material/info: {plain(note)}")
    if rules := checked_against(item.draft):
        st.caption(plain(rules))
    if (warning := item.picture.warning) and warning not in left:
        st.caption(plain(warning))


def checked_against(draft: Draft) -> str:
    """Return which rules the specifics and the condition of a draft were checked against, "" when unknown."""
    checked, place = draft.checked_against, draft.category
    if not checked or not place:
        return ""
    if checked.by == RULES_OF_EBAY:
        return f"Checked against eBay's rules for {place}, asked for on {checked.asked_at[:10]}."
    return f"Checked against what Draft Maker knows of {place}: eBay's own rules were not available."


def _match(context: Context, place: Place, item: Item) -> None:
    candidates = item.match.candidates
    reasons = [reason for reason in item.match.reasons if reason != item.error]
    if item.release:
        st.markdown(f"**Release** · {sources(item.release)}")
        facts(_facts(item.release, item.upc))
    for reason in reasons:
        st.caption(plain(reason))
    ask_anew(context, place, item)
    known = candidates or item.release or item.cause in (Cause.NO_MATCH, Cause.AMBIGUOUS)
    if known and item.decided.removed is None:
        _choices(context, place, item, candidates)


def ask_anew(context: Context, place: Place, item: Item) -> None:
    """Draw the button that forgets what the services said of the barcode, while the row can be done again."""
    if (
        context.may_steer
        and item.key
        and item.status in _ENDED
        and item.wanted is None
        and item.decided.removed is None
    ):
        writing.button(
            context,
            "Ask the services anew",
            key=f"anew_{place}",
            icon=":material/travel_explore:",
            type="tertiary",
            help="Answers about a barcode are kept for up to thirty days, those of Discogs and eBay for six hours. "
            "This forgets them and does the row again.",
            on_click=actions.ask_anew,
            args=(context, place, item),
        )


def _facts(release: ReleaseSummary, upc: str) -> dict[str, object]:
    return {
        "Release": release.name,
        "Pressing": labels.pressing(release),
        "Label": release.label_line,
        "Barcode": upc,
    }


def _choices(context: Context, place: Place, item: Item, candidates: Sequence[ReleaseSummary]) -> None:
    """Draw the other possible releases, each with its differences, and a field to name another one."""
    others = [one for one in candidates if not item.release or not same_release(one, item.release)]
    busy = item.wanted is not None or not item.done or not context.may_steer
    undecided = not item.release
    label = f"{len(others)} releases carry this barcode" if undecided else f"Another release? {len(others)} more"
    with st.expander(label if others else "Another release?", icon=":material/album:", expanded=undecided):
        for number, candidate in enumerate(others):
            _candidate(context, place, item, candidate, number, disabled=busy)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            number_key = f"discogs_number_{place}"
            st.text_input("Number of the release at Discogs", key=number_key, placeholder="249504", width=230)
            writing.button(
                context,
                "Take it",
                key=f"named_{place}",
                disabled=busy,
                on_click=_named,
                args=(context, place, item, number_key),
            )


def _candidate(
    context: Context, place: Place, item: Item, candidate: ReleaseSummary, number: int, *, disabled: bool
) -> None:
    against = item.release or (item.match.candidates[0] if number else ReleaseSummary())
    differs = differences(candidate, against) if against else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            facts({"Release": candidate.name, "Pressing": labels.pressing(candidate), "Label": candidate.label_line})
            st.caption(" · ".join(filter(None, (f"Differs: {plain(differs)}" if differs else "", sources(candidate)))))
        writing.button(
            context,
            "Choose",
            key=f"choose_{place}_{number}",
            icon=":material/check:",
            type="primary" if not item.release and number == 0 else "secondary",
            disabled=disabled,
            on_click=actions.choose,
            args=(context, place, item, _numbers(candidate)),
        )


def _numbers(candidate: ReleaseSummary) -> dict[str, str]:
    known = {"discogs_id": candidate.discogs_id, "musicbrainz_id": candidate.musicbrainz_id}
    return {name: number for name, number in known.items() if number}


def _named(context: Context, place: Place, item: Item, key: str) -> None:
    """Take the release whose number was typed or whose URL was pasted."""
    number = str(st.session_state[key] or "").strip().rstrip("/").rpartition("/")[2].partition("-")[0]
    actions.choose(context, place, item, {"discogs_id": number})


def _others(context: Context, item: Item) -> None:
    """Draw the other drafts of the barcode."""
    if not item.key:
        return
    try:
        found = context.poller.look(("drafts of", item.key), partial(context.engine.drafts.of_key, item.key), every=5.0)
    except AWAY:
        return
    others = [draft for draft in found.value if draft.sku != item.sku]
    if not others:
        return
    st.markdown(f"**Drafted before** ({len(others)})")
    for draft in others:
        when = moment(draft.at, now=found.read_at, zone=zone())
        label = REVIEW_LABELS[draft.review].text.lower()
        st.page_link(
            navigation.DRAFTS,
            label=f"{when} · {money(draft.price_cents)} · {label}",
            icon=":material/history:",
            query_params={DRAFT: str(Place.of_draft(draft)), "show": "all"},
        )
