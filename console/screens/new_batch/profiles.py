"""The profile that a new batch starts from."""

from __future__ import annotations

import streamlit as st

from console.context import Context
from console.widgets.text import plain
from engine.public import Profile, SellerSettings


def draw(context: Context, start: str = "") -> Profile:
    """Draw the choice of the seller's profile, at first the one named `start`, and say which terms it has.

    All that it fills in can be changed.
    """
    settings = context.poller.look("profiles", context.engine.profiles.all, every=2.0, otherwise=SellerSettings()).value
    names = [profile.name for profile in settings.all]
    chosen = st.selectbox(
        "Profile",
        names,
        index=names.index(settings.profile(start).name),
        key="profile",
        help="It fills in price and condition below, which you may change for this batch. Policies, location, parcels "
        "and text are looked up in it when a draft is made. Profiles are made on Seller settings.",
    )
    profile = settings.profile(chosen or "")
    terms = (profile.fulfillment_policy, profile.payment_policy, profile.return_policy, profile.location)
    st.caption(plain(" · ".join(term.name or term.id for term in terms if term)) or "No policies are chosen in it yet.")
    return profile
