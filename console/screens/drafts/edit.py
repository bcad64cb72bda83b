"""The form of a draft: what a person may change, and the one button that saves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from console import labels
from console.context import Context
from console.screens.drafts import actions
from console.screens.drafts.view import DraftValues, Place, current_values, edits, specifics, written
from console.widgets import grading, parts, writing
from console.widgets.covers import shown
from console.widgets.text import plain
from engine.public import CATEGORIES, MAX_CENTS, MAX_NOTE, MAX_PARAGRAPH, MAX_QUANTITY, Condition, Item, titles


def draw(context: Context, place: Place, item: Item) -> None:
    """Draw the form; typing redraws it alone."""
    parts.live(partial(_form, context, place, item), name="draft_form", shows=lambda: None)


def draw_price(context: Context, place: Place, item: Item) -> None:
    """Draw the price field of a row that failed only because it has no price."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        dollars = st.number_input(
            "Your price $", 0.01, MAX_CENTS / 100, None, 0.5, key=f"only_price_{place}", format="%.2f", width=150
        )
        writing.button(
            context,
            "Draft it at this price",
            key="draft_at_price",
            icon=":material/sell:",
            type="primary",
            disabled=dollars is None or item.wanted is not None,
            on_click=actions.again,
            args=(
                context,
                place,
                item,
                {"edits": {"price_cents": round((dollars or 0) * 100)}},
                "The row is drafted at your price.",
            ),
        )


def _form(context: Context, place: Place, item: Item) -> None:
    current, key = current_values(item), f"{place}_{item.finished_at}"
    url = shown(item.draft.image_url, context)
    picture, about = st.columns([1, 4], gap="small") if url else (None, st.container())
    if picture and url:
        picture.image(url, width="stretch", alt="The picture that the buyer sees")
    with about.container(gap="xxsmall"):
        title = st.text_input("Title", current.title, titles.MAX_TITLE, key=f"title_{key}", live="300ms") or ""
        st.caption(f"{len(title)} of {titles.MAX_TITLE} characters")
        if not url:
            st.caption(f":material/hide_image: {plain(item.picture.reason or 'No picture.')}")
    typed = replace(_copy(current, key), title=title.strip())
    aspects = _specifics(current.aspects, key)
    button = st.container()
    with st.expander("Category, photos, description"):
        typed = _more(typed, key)
    with button:
        _save(context, place, item, {} if aspects is None else edits(item, replace(typed, aspects=aspects)))


def _copy(current: DraftValues, key: str) -> DraftValues:
    """Draw the fields about the copy; return the values with what is typed there."""
    fields = st.grid(3, min_column_width=108)
    cents = current.price_cents
    dollars = fields.number_input(
        "Price $", 0.01, MAX_CENTS / 100, cents / 100 if cents else None, 0.5, key=f"price_{key}", format="%.2f"
    )
    grades = list(Condition)
    graded = fields.selectbox(
        "Condition",
        grades,
        index=grades.index(current.condition) if current.condition else None,
        format_func=labels.CONDITION_LABELS.__getitem__,
        placeholder="Not stated",
        key=f"condition_{key}",
    )
    count = fields.number_input("Quantity", 1, MAX_QUANTITY, current.quantity, 1, key=f"quantity_{key}")
    own = grading.draw(current.grading, f"_{key}", about="By Goldmine's scale; eBay's condition follows from it.")
    note = st.text_input(
        "About the copy",
        current.note,
        MAX_NOTE,
        key=f"note_{key}",
        placeholder="What the buyer should know about this copy; empty: as in the file",
    )
    return replace(
        current,
        price_cents=round(dollars * 100) if dollars else None,
        condition=graded,
        quantity=count,
        grading=own,
        note=(note or "").strip(),
    )


def _specifics(known: Mapping[str, list[str]], key: str) -> dict[str, list[str]] | None:
    """Draw the item specifics, one a line; None while a line cannot be read. A table would take keys as shortcuts."""
    text = st.text_area(
        "Item specifics",
        written(known),
        key=f"specifics_{key}",
        height=min(8, len(known) + 1) * 21 + 22,
        help="One a line: the name, a colon, its values; several are separated by semicolons. Delete a line to "
        "leave it out.",
    )
    found = specifics(text or "")
    if found is None:
        st.caption(":orange[Every line needs a name, a colon and a value.]")
    return found


def _more(current: DraftValues, key: str) -> DraftValues:
    """Draw the rarely changed fields; return the values with what is typed there."""
    places = list(CATEGORIES)
    category = st.selectbox(
        "Category",
        places,
        index=places.index(current.category_id) if current.category_id in places else None,
        format_func=lambda number: CATEGORIES[number].name,
        placeholder="None known",
        key=f"category_{key}",
    )
    photos = st.text_area(
        "Your own photos",
        "\n".join(current.photos),
        key=f"photos_{key}",
        placeholder="https addresses, one a line",
        height=72,
    )
    paragraph = st.text_area(
        "A paragraph for the description", current.paragraph, max_chars=MAX_PARAGRAPH, key=f"text_{key}", height=72
    )
    lines = (line.strip() for line in (photos or "").splitlines())
    photo_list, text = list(filter(None, lines)), (paragraph or "").strip()
    return replace(current, category_id=category, photos=photo_list, paragraph=text)


def _save(context: Context, place: Place, item: Item, found: dict[str, object]) -> None:
    """Draw the button that saves what was typed, and the button that takes all edits back, for who may press them."""
    if not context.may_steer:
        st.caption("To change a draft takes the role operator.")
        return
    sent = bool(item.offer_id)
    done = "Saved; the draft is sent again." if sent else "Saved; the draft is composed again."
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        writing.button(
            context,
            "Save and send again" if sent else "Save",
            key="save_draft",
            icon=":material/save:",
            type="primary",
            shortcut="Ctrl+Enter",
            disabled=not found or item.wanted is not None,
            on_click=actions.again,
            args=(context, place, item, {"edits": found}, done),
        )
        if item.decided.edits:
            writing.button(
                context,
                "Take edits back",
                key="take_edits_back",
                icon=":material/undo:",
                disabled=item.wanted is not None,
                on_click=actions.take_back,
                args=(context, place, item),
            )
        if found:
            st.caption(f"Changed: {', '.join(_NAMES[name] for name in found)}")
        else:
            st.caption("Nothing is changed yet." if not item.decided.edits else f"Edited: {_edited(item)}")


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
    "grading": "your grade",
}


def _edited(item: Item) -> str:
    return ", ".join(_NAMES[name] for name in item.decided.edits.names)
