"""Why a draft is as it is: the release and the others it could be, the price, what is left to do, drafts of before."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from console import navigation
from console.context import Context, zone
from console.figures import moment, money
from console.live import AWAY
from console.screens import drafts_actions
from console.screens.drafts_view import DRAFT, REVIEW_WORDS, Place, differences, same_release
from console.widgets import prices
from console.widgets.facts import facts
from console.widgets.text import plain
from engine.domain import additions
from engine.domain.drafted import Review
from engine.domain.items import Item
from engine.errors import Cause

_SITES = {
    "discogs_id": ("Discogs", "https://www.discogs.com/release/"),
    "musicbrainz_id": ("MusicBrainz", "https://musicbrainz.org/release/"),
}


def draw(context: Context, place: Place, item: Item) -> None:
    """Draw the evidence of a row."""
    _left_to_do(item)
    _match(context, place, item)
    if item.price:
        prices.draw(item.price)
    for line in added(item):
        st.caption(line)
    _others(context, item)


def added(item: Item) -> list[str]:
    """Return which rows of later batches have added copies to the draft, and which of them it does not hold."""
    missing = additions.not_in(item)
    return [
        f"{one['copies']} added by row {one['index'] + 1} of {plain(one['batch'])}"
        + (", not in the draft yet" if sku in missing else "")
        for sku, one in additions.added(item.decided).items()
    ]


def _left_to_do(item: Item) -> None:
    """Draw what is left to do, and which rules of eBay say so."""
    left = item.draft.get("not_publishable") or []
    if left:
        with st.expander(f"Not publishable yet: {len(left)} to do", icon=":material/checklist:"):
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in left))
    if told := checked_against(item.draft):
        st.caption(told)
    if (warning := item.picture.get("warning", "")) and warning not in left:
        st.caption(plain(warning))


def checked_against(draft: Mapping[str, Any]) -> str:
    """Return what the specifics and the condition of a draft were held to; "" when nobody noted it."""
    checked, place = draft.get("checked_against") or {}, draft.get("category")
    if not checked or not place:
        return ""
    if checked["by"] == "ebay":
        return f"Checked against eBay's rules for {place}, asked for on {checked['asked_at'][:10]}."
    return f"Checked against what Draft Maker knows of {place}: eBay's own rules were not at hand."


def _match(context: Context, place: Place, item: Item) -> None:
    candidates = item.match.get("candidates") or []
    reasons = [reason for reason in item.match.get("reasons") or [] if reason != item.error]
    if item.release:
        st.markdown(f"**Release** · {_links(item.release)}")
        facts(_facts(item.release, item.upc))
    for reason in reasons:
        st.caption(reason)
    known = candidates or item.release or item.cause in (Cause.NO_MATCH, Cause.AMBIGUOUS)
    if known and not item.decided.get("removed"):
        _choices(context, place, item, candidates)


def _facts(release: Mapping[str, Any], upc: str) -> dict[str, Any]:
    name = " – ".join(str(release[part]) for part in ("artist", "title") if release.get(part))
    label = " ".join(str(release[part]) for part in ("label", "catalog_number") if release.get(part))
    return {
        "Release": name,
        "Pressing": _pressing(release),
        "Label": label,
        "Barcode": upc,
    }


def _pressing(release: Mapping[str, Any]) -> str:
    formats = [str(release.get("format") or ""), *map(str, release.get("format_descriptions") or ())]
    about = [" ".join(filter(None, formats)), str(release.get("country") or ""), str(release.get("year") or "")]
    return ", ".join(filter(None, about))


def _links(release: Mapping[str, Any]) -> str:
    known = [(name, site + str(release[field])) for field, (name, site) in _SITES.items() if release.get(field)]
    return " · ".join(f"[{name}]({address})" for name, address in known)


def _choices(context: Context, place: Place, item: Item, candidates: list[Mapping[str, Any]]) -> None:
    """Draw the releases that it could be, each with what it differs in, and a way to name another one."""
    others = [one for one in candidates if not item.release or not same_release(one, item.release)]
    busy = item.wanted is not None or not item.done
    undecided = not item.release
    label = f"{len(others)} releases carry this barcode" if undecided else f"Another release? {len(others)} more"
    with st.expander(label if others else "Another release?", icon=":material/album:", expanded=undecided):
        for number, candidate in enumerate(others):
            _candidate(context, place, item, candidate, number, disabled=busy)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            number_key = f"discogs_number_{place}"
            st.text_input("Number of the release at Discogs", key=number_key, placeholder="249504", width=230)
            st.button(
                "Take it",
                key=f"named_{place}",
                disabled=busy,
                on_click=_named,
                args=(context, place, item, number_key),
            )


def _candidate(
    context: Context, place: Place, item: Item, candidate: Mapping[str, Any], number: int, *, disabled: bool
) -> None:
    name = " – ".join(str(candidate[part]) for part in ("artist", "title") if candidate.get(part))
    label = " ".join(str(candidate[part]) for part in ("label", "catalog_number") if candidate.get(part))
    against = item.release or (item.match["candidates"][0] if number else {})
    differs = differences(candidate, against) if against else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            facts({"Release": name, "Pressing": _pressing(candidate), "Label": label})
            st.caption(" · ".join(filter(None, (f"Differs: {differs}" if differs else "", _links(candidate)))))
        st.button(
            "Choose",
            key=f"choose_{place}_{number}",
            icon=":material/check:",
            type="primary" if not item.release and number == 0 else "secondary",
            disabled=disabled,
            on_click=drafts_actions.choose,
            args=(context, place, item, _numbers(candidate)),
        )


def _numbers(candidate: Mapping[str, Any]) -> dict[str, Any]:
    return {name: candidate[name] for name in _SITES if candidate.get(name)}


def _named(context: Context, place: Place, item: Item, key: str) -> None:
    """Take the release whose number was typed, or whose address was pasted."""
    number = str(st.session_state[key] or "").strip().rstrip("/").rpartition("/")[2].partition("-")[0]
    drafts_actions.choose(context, place, item, {"discogs_id": number})


def _others(context: Context, item: Item) -> None:
    """Draw the other drafts of the barcode."""
    if not item.gtin:
        return
    try:
        found = context.live.look(
            ("drafts of", item.gtin), partial(context.engine.drafts.of_barcode, item.gtin), every=5.0
        )
    except AWAY:
        return
    others = [told for told in found.value if told["sku"] != item.sku]
    if not others:
        return
    st.markdown(f"**Drafted before** ({len(others)})")
    for told in others:
        when = moment(told["at"], now=found.read_at, zone=zone())
        word = REVIEW_WORDS[Review(told["review"])].text.lower()
        st.page_link(
            navigation.DRAFTS,
            label=f"{when} · {money(told.get('price_cents'))} · {word}",
            icon=":material/history:",
            query_params={DRAFT: str(Place.told(told)), "show": "all"},
        )
