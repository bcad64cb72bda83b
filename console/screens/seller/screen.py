"""Seller settings: profiles, each with what a new batch starts with and the terms of its drafts, chosen by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from console.context import Context
from console.poller import AWAY
from console.screens.seller import account, actions, description, form, titles
from console.widgets import notices, standing
from console.widgets.heading import heading
from engine.public import AccountView, Engine, Example, Profile, SellerSettings

PROFILE = "profile"  # in the URL


@dataclass(frozen=True, slots=True)
class SellerView:
    """What the screen shows: the profiles, and what eBay said of the account."""

    settings: SellerSettings
    account: AccountView


def load(engine: Engine) -> SellerView:
    """Read the profiles and the account."""
    return SellerView(engine.profiles.all(), engine.seller_account.known())


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one."""
    place = heading(
        context, "Seller settings", about="What a new batch starts with, and what its drafts say of you as a seller."
    )
    notices.ebay_not_connected(context)
    look = partial(context.poller.look, "seller", partial(load, context.engine), every=1.0)
    try:
        view = look().value
        examples = context.poller.look("seller_examples", context.engine.previews.examples, every=15.0).value
    except AWAY as error:
        standing.nothing_read(context, error, look)
        return
    standing.outage(partial(account.look, context))
    profile = _chosen(context, view.settings)
    key = f"_{profile.name}_{profile.changed_at or ''}"
    typed = _form(context, view, examples, profile, key)
    with place:
        actions.save(context, profile, typed, key)


def _chosen(context: Context, settings: SellerSettings) -> Profile:
    """Draw the choice of the profile to be edited, and what can be done with it as a whole."""
    names = [profile.name for profile in settings.all]
    default = settings.profile().name
    wanted = settings.profile(st.query_params.get(PROFILE, "")).name
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            "Profile",
            names,
            index=names.index(wanted),
            format_func=lambda name: f"{name} (default)" if name == default else name,
            key=f"profile_of_{len(names)}_{default}_{wanted}",
            width=280,
        )
        profile = settings.profile(name)
        if profile.name != wanted:
            st.query_params[PROFILE] = profile.name
        actions.draw(context, profile, settings)
    return profile


def _form(context: Context, view: SellerView, examples: Sequence[Example], profile: Profile, key: str) -> Profile:
    """Draw everything that a profile holds, in fields that `key` names; return it as it is typed now."""
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        with st.container(border=True, key="card_terms", gap="small"):
            profile = account.draw(context, view.account, profile, key)
        with st.container(border=True, key="card_price", gap="small"):
            profile = form.price_and_condition(profile, key)
        with st.container(border=True, key="card_grades", gap="small"):
            profile = form.grades(profile, key)
        with st.container(border=True, key="card_parcels", gap="small"):
            profile = form.parcels(profile, key)
    with right:
        with st.container(border=True, key="card_text", gap="small"):
            profile = description.template(context.engine, profile, examples, key)
        with st.container(border=True, key="card_titles", gap="small"):
            profile = titles.draw(context.engine, profile, examples, key)
        with st.container(border=True, key="card_texts", gap="small"):
            profile = description.texts(profile, key)
    return profile
