"""What can be done with a profile as a whole: save it, make another, make it the default, remove it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.screens.seller import description
from console.widgets import price_rule, writing
from console.widgets.text import plain
from engine.public import Profile, SellerSettings, changed

NEW = "new_profile"


def save(context: Context, stored: Profile, typed: Profile, key: str) -> None:
    """Draw the button that saves what was typed in the fields of `key`, and say what that is.

    Template and texts are taken from the session: a click may come before their last letters are drawn.
    """
    if not context.may_steer:
        st.caption("To change a profile takes the role operator.")
        return
    shown = changed(stored, description=stored.template)
    names = [name for name in _WORDS if getattr(shown, name) != getattr(typed, name)]
    st.caption(f"Changed: {', '.join(_WORDS[name] for name in names)}" if names else "Nothing is changed yet.")
    writing.button(
        context,
        f"Save {plain(stored.name)}",
        key="save_profile",
        icon=":material/save:",
        type="primary" if names else "secondary",
        disabled=not price_rule.possible(typed.price_rule),
        on_click=_save,
        args=(context, typed, key),
    )


def draw(context: Context, profile: Profile, settings: SellerSettings) -> None:
    """Draw what can be done beside saving, for who may do it."""
    if not context.may_steer:
        return
    with st.popover("New profile", icon=":material/add:"):
        st.text_input("Name", key=NEW, max_chars=40, placeholder="CDs, Box sets, …")
        writing.button(
            context,
            f"Create as a copy of {plain(profile.name)}",
            key="create_profile",
            disabled=not st.session_state.get(NEW, "").strip(),
            on_click=_create,
            args=(context, profile, settings),
        )
    if profile.name == settings.profile().name:
        return
    args = (context, profile.name)
    writing.button(
        context, "Make default", key="default_profile", icon=":material/star:", on_click=_make_default, args=args
    )
    writing.button(context, "Remove", key="remove_profile", icon=":material/delete:", on_click=_remove, args=args)


def _save(context: Context, typed: Profile, key: str) -> None:
    """Store the profile, unless somebody else has changed it since it was read."""
    profile = description.typed(typed, key)
    store = partial(context.engine.profiles.save, profile, seen_at=typed.changed_at)
    act(context, f"{plain(typed.name)} is saved. Drafts that are made from now on follow it.", store)


def _create(context: Context, like: Profile, settings: SellerSettings) -> None:
    """Store a copy under a new name, beside the one it is made of, and show it."""
    name = st.session_state[NEW].strip()

    def create() -> Profile:
        if not settings.profiles:
            context.engine.profiles.save(like)
        return context.engine.profiles.create(changed(like, name=name, description=like.template))

    if act(context, f"{plain(name)} is made: a copy of {plain(like.name)}.", create) is not None:
        st.query_params["profile"] = name


def _make_default(context: Context, name: str) -> None:
    act(
        context,
        f"New batches start with {plain(name)}.",
        lambda: context.engine.profiles.make_default(name),
    )


def _remove(context: Context, name: str) -> None:
    """Remove a profile; the default one is shown."""
    done = f"{plain(name)} is removed. Drafts of its batches follow the default profile from now on."
    if act(context, done, lambda: context.engine.profiles.remove(name)) is not None:
        st.query_params.pop("profile", None)


_WORDS = {
    "fulfillment_policy": "postage",
    "payment_policy": "payment",
    "return_policy": "returns",
    "location": "location",
    "store_category": "store category",
    "best_offer": "offers",
    "price_rule": "price",
    "no_price": "rows without a price",
    "condition": "condition",
    "grade_map": "your grades at eBay",
    "packages": "parcels",
    "titles": "titles",
    "description": "description",
    "texts": "your texts",
}
