"""The form of a draft: what a person may change of it, and the one button that keeps it."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from console import actions, words
from console.context import Context
from console.screens import drafts_actions
from console.screens.drafts_view import Place, edits, specifics, standing, written
from console.widgets.covers import shown
from engine.domain.categories import CATEGORIES
from engine.domain.decisions import MAX_CENTS, MAX_NOTE, MAX_PARAGRAPH, MAX_QUANTITY
from engine.domain.items import Item
from engine.domain.listings import MAX_TITLE
from engine.domain.rows import Condition


def draw(context: Context, place: Place, item: Item) -> None:
    """Draw the form; typing redraws it alone."""
    st.fragment(partial(_form, context, place, item), key="draft_form")()


def draw_price(context: Context, place: Place, item: Item) -> None:
    """Draw what a row needs that failed for want of a price alone."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        dollars = st.number_input(
            "Your price $", 0.01, MAX_CENTS / 100, None, 0.5, key=f"only_price_{place}", format="%.2f", width=150
        )
        st.button(
            "Draft it at this price",
            icon=":material/sell:",
            type="primary",
            disabled=dollars is None or item.wanted is not None,
            on_click=drafts_actions.again,
            args=(
                context,
                place,
                item,
                {"edits": {"price_cents": round((dollars or 0) * 100)}},
                "The row is drafted at your price.",
            ),
        )


def _form(context: Context, place: Place, item: Item) -> None:
    if actions.untold():
        st.rerun()
    stands, key = standing(item), f"{place}_{item.finished_at}"
    typed: dict[str, Any] = {}
    url = shown(str(item.draft.get("image_url") or ""), context.settings)
    picture, about = st.columns([1, 4], gap="small") if url else (None, st.container())
    if picture and url:
        picture.image(url, width="stretch", alt="The picture that the buyer sees")
    with about.container(gap="xxsmall"):
        title = st.text_input("Title", stands["title"], MAX_TITLE, key=f"title_{key}", live="300ms") or ""
        typed["title"] = title.strip()
        counted = f"{len(title)} of {MAX_TITLE} characters"
        st.caption(counted if url else f"{counted} · {item.picture.get('reason') or 'No picture.'}")
    typed |= _copy(stands, key)
    told = _specifics(stands["aspects"], key)
    button = st.container()
    with st.expander("Category, photos, description"):
        typed |= _more(stands, key)
    with button:
        _save(context, place, item, {} if told is None else edits(item, {**typed, "aspects": told}))


def _copy(stands: dict[str, Any], key: str) -> dict[str, Any]:
    """Draw what is said of the copy."""
    price, condition, quantity = st.columns([1, 1.3, 0.8], gap="small")
    cents = stands["price_cents"]
    dollars = price.number_input(
        "Price $", 0.01, MAX_CENTS / 100, cents / 100 if cents else None, 0.5, key=f"price_{key}", format="%.2f"
    )
    grades = list(Condition)
    graded = condition.selectbox(
        "Condition",
        grades,
        index=grades.index(Condition(stands["condition"])) if stands["condition"] else None,
        format_func=words.CONDITION_WORDS.__getitem__,
        placeholder="Not stated",
        key=f"condition_{key}",
    )
    count = quantity.number_input("Quantity", 1, MAX_QUANTITY, stands["quantity"], 1, key=f"quantity_{key}")
    note = st.text_input(
        "About the copy",
        stands["note"],
        MAX_NOTE,
        key=f"note_{key}",
        placeholder="What the buyer should know of this copy; empty: as in the file",
    )
    return {
        "price_cents": round(dollars * 100) if dollars else None,
        "condition": str(graded) if graded else None,
        "quantity": count,
        "note": (note or "").strip(),
    }


def _specifics(known: dict[str, list[str]], key: str) -> dict[str, list[str]] | None:
    """Draw the item specifics, one a line; None while a line cannot be read. A table would take keys for shortcuts."""
    text = st.text_area(
        "Item specifics",
        written(known),
        key=f"specifics_{key}",
        height=min(10, len(known) + 1) * 21 + 22,
        help="One a line: the name, a colon, its values; several are parted by a semicolon. Delete a line to leave it "
        "out.",
    )
    told = specifics(text or "")
    if told is None:
        st.caption(":orange[Every line needs a name, a colon and a value.]")
    return told


def _more(stands: dict[str, Any], key: str) -> dict[str, Any]:
    """Draw what is seldom changed."""
    places = list(CATEGORIES)
    category = st.selectbox(
        "Category",
        places,
        index=places.index(stands["category_id"]) if stands["category_id"] in places else None,
        format_func=lambda number: CATEGORIES[number].name,
        placeholder="None known",
        key=f"category_{key}",
    )
    photos = st.text_area(
        "Your own photos",
        "\n".join(stands["photos"]),
        key=f"photos_{key}",
        placeholder="https addresses, one a line",
        height=72,
    )
    paragraph = st.text_area(
        "A paragraph for the description", stands["paragraph"], max_chars=MAX_PARAGRAPH, key=f"text_{key}", height=72
    )
    lines = (line.strip() for line in (photos or "").splitlines())
    return {"category_id": category, "photos": list(filter(None, lines)), "paragraph": (paragraph or "").strip()}


def _save(context: Context, place: Place, item: Item, found: dict[str, Any]) -> None:
    """Draw the button that keeps what was typed, and the way back to what was composed."""
    sent = bool(item.offer_id)
    done = "Saved; the draft is sent again." if sent else "Saved; the draft is composed again."
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            "Save and send again" if sent else "Save",
            icon=":material/save:",
            type="primary",
            shortcut="Ctrl+Enter",
            disabled=not found or item.wanted is not None,
            on_click=drafts_actions.again,
            args=(context, place, item, {"edits": found}, done),
        )
        if item.decided.get("edits"):
            st.button(
                "Take edits back",
                icon=":material/undo:",
                disabled=item.wanted is not None,
                on_click=drafts_actions.take_back,
                args=(context, place, item),
            )
        if found:
            st.caption(f"Changed: {', '.join(_NAMES[name] for name in found)}")
        else:
            st.caption("Nothing is changed yet." if not item.decided.get("edits") else f"Edited: {_edited(item)}")


_NAMES = {
    "title": "title",
    "price_cents": "price",
    "condition": "condition",
    "quantity": "quantity",
    "note": "about the copy",
    "paragraph": "description",
    "category_id": "category",
    "aspects": "item specifics",
    "photos": "photos",
}


def _edited(item: Item) -> str:
    return ", ".join(_NAMES[name] for name in item.decided["edits"] if name in _NAMES)
