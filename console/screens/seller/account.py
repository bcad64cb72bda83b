"""What the seller has set up at eBay, to be chosen by name: policies, location, store category."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context, zone
from console.formatting import moment
from console.poller import Snapshot
from console.widgets import parts, writing
from console.widgets.text import plain
from engine.public import (
    COUNTRIES,
    MANAGE_POLICIES,
    OPT_IN,
    AccountView,
    Address,
    Chosen,
    PolicyKind,
    Profile,
    SellerAccount,
    changed,
    new_location,
)

_SEEN = "seller_account_seen"
_NEVER = "Not read from eBay yet."
_OFFERS = {"As the engine is set up": None, "Buyers may propose a price": True, "No offers": False}
_KINDS = {
    PolicyKind.FULFILLMENT: ("Postage", "fulfillment_policy", "ebay_fulfillment_policy"),
    PolicyKind.PAYMENT: ("Payment", "payment_policy", "ebay_payment_policy"),
    PolicyKind.RETURN: ("Returns", "return_policy", "ebay_return_policy"),
}
_FIELDS = ("name", "country", "line1", "line2", "city", "state", "postal_code")


def draw(context: Context, view: AccountView, profile: Profile, key: str) -> Profile:
    """Draw the choices; return the profile with what is chosen."""
    st.session_state[_SEEN] = view.record
    st.subheader("Policies and location", anchor=False)
    parts.live(partial(_state, context), name="seller_account", shows=partial(_shows, context))
    account = view.account
    _advice(account)
    fields: dict[str, object] = {}
    cells = st.columns(2, gap="small") * 2
    for cell, (kind, (label, field, setting)) in zip(cells, _KINDS.items(), strict=False):
        names = {
            policy.id: f"{policy.name} (eBay's default)" if policy.default else policy.name
            for policy in account.policies_of(kind)
        }
        plain_names = {policy.id: policy.name for policy in account.policies_of(kind)}
        default = str(getattr(context.settings, setting))
        with cell:
            chosen = getattr(profile, field)
            fields[field] = _choice(label, chosen, names, plain_names, default, account, f"{field}{key}")
    places = {
        place.key: " · ".join(filter(None, (place.name, place.place))) for place in account.locations if place.enabled
    }
    place_names = {place.key: place.name for place in account.locations}
    default = context.settings.ebay_location_key
    with cells[3]:
        chosen, place_key = profile.location, f"location{key}"
        fields["location"] = _choice("Location", chosen, places, place_names, default, account, place_key)
    left, right = st.columns(2, gap="small")
    with left:
        fields["best_offer"] = _best_offer(profile.best_offer, key)
    if account.store or profile.store_category:
        with right:
            fields["store_category"] = _store_category(profile.store_category, account, key)
    if context.may_steer:
        _new_location(context)
    return changed(profile, **fields)


def look(context: Context) -> Snapshot[AccountView]:
    """Return what is known of the account, as it was read last."""
    return context.poller.look("seller account", context.engine.seller_account.known, every=1.0)


def _shows(context: Context) -> object:
    snapshot = look(context)
    return snapshot.value.record, parts.steady(snapshot)


def _state(context: Context) -> None:
    """Draw when the account was read and what is being done; a change redraws the whole screen."""
    snapshot = look(context)
    view = snapshot.value
    if view.record != st.session_state.get(_SEEN, view.record):
        context.poller.changed()
        st.rerun()
    engines = sum(not worker.silent for worker in context.engine.queries.workers()) if view.busy else 1
    read_at = view.account.read_at
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(_when(view, moment(read_at, now=context.clock.now(), zone=zone())) if read_at else _NEVER)
        st.button(
            "Refresh" if read_at else "Read from eBay",
            icon=":material/refresh:",
            disabled=snapshot.away or view.busy or not context.may_steer,
            on_click=_read,
            args=(context,),
        )
    reading, creating = view.record.reading, view.record.creating
    for errand in (creating, None if reading and reading.ok else reading):
        if errand and view.at:
            color = {True: "green", False: "orange", None: "gray"}[errand.ok]
            st.caption(f":{color}[{plain(errand.sentence_at(view.at, engines))}]")


def _when(view: AccountView, at: str) -> str:
    """Return when the account was read, and what was found."""
    reading = view.record.reading
    found = reading.sentence.removeprefix("Read: ").removesuffix(".") if reading and reading.ok else ""
    return plain(f"Read from eBay {at}" + (f": {found}" if found else ""))


def _advice(account: SellerAccount) -> None:
    """Draw what the seller has to do at eBay before there is anything to choose."""
    if account.read_at is None:
        return
    if account.opted_in is False:
        st.warning(
            f"**No business policies yet.** [Opt in to business policies at eBay]({OPT_IN}), "
            f"[make one of each kind]({MANAGE_POLICIES}), then press Refresh.",
            icon=":material/policy:",
        )
        return
    lacking = [label.lower() for kind, (label, *_) in _KINDS.items() if not account.policies_of(kind)]
    if lacking and "policies" not in account.unread:
        st.info(
            f"There is no policy for {' and '.join(lacking)}. [Make one at eBay]({MANAGE_POLICIES}), "
            "then press Refresh.",
            icon=":material/policy:",
        )


def _choice(
    label: str,
    chosen: Chosen,
    shown: Mapping[str, str],
    names: Mapping[str, str],
    default: str,
    account: SellerAccount,
    key: str,
) -> Chosen:
    """Draw the choice of a policy or location by name; what was chosen stays, also when eBay has it no more."""
    gone = " (no longer at eBay)" if account.read_at and chosen.id not in names else ""
    known = {"": f"As the engine is set up: {default}" if default else "Not chosen"}
    known |= dict(shown)
    if chosen.id and chosen.id not in known:
        known[chosen.id] = f"{chosen.name or chosen.id}{gone}"
    ids = list(known)
    picked = st.selectbox(label, ids, index=ids.index(chosen.id), format_func=known.__getitem__, key=key)
    if picked == chosen.id:
        return chosen
    return Chosen(picked, names.get(picked, "")) if picked else Chosen()


def _best_offer(chosen: bool | None, key: str) -> bool | None:
    """Draw whether buyers may propose a price."""
    picked = st.selectbox(
        "Best offer", list(_OFFERS), index=list(_OFFERS.values()).index(chosen), key=f"best_offer{key}"
    )
    return _OFFERS[picked]


def _store_category(chosen: str, account: SellerAccount, key: str) -> str:
    """Draw the choice of a category in the seller's store."""
    categories = account.store.categories if account.store else ()
    paths = list(dict.fromkeys(["", *categories, chosen]))
    name = account.store.name if account.store else ""
    return st.selectbox(
        f"Category in your store {plain(name)}".strip(),
        paths,
        index=paths.index(chosen),
        format_func=lambda path: path.removeprefix("/").replace("/", " › ") or "Not chosen",
        key=f"store_category{key}",
    )


def _new_location(context: Context) -> None:
    """Draw the form of a new location."""
    with st.expander("Create a location", icon=":material/add_location_alt:"):
        st.caption("The place you send from. eBay needs its postal code, or its city and state; buyers see the city.")
        name, country = st.columns([2, 1], gap="small")
        name.text_input("Name", key="location_name", max_chars=60, placeholder="Garage")
        country.selectbox("Country", list(COUNTRIES), format_func=COUNTRIES.__getitem__, key="location_country")
        first, second = st.columns(2, gap="small")
        first.text_input("Street", key="location_line1", max_chars=128, placeholder="Optional")
        second.text_input("Second line", key="location_line2", max_chars=128, placeholder="Optional")
        city, state, code = st.columns([2, 1, 1], gap="small")
        city.text_input("City", key="location_city", max_chars=128)
        state.text_input("State", key="location_state", max_chars=128, placeholder="TX")
        code.text_input("Postal code", key="location_postal_code", max_chars=20, placeholder="78701")
        writing.button(
            context,
            "Create at eBay",
            key="create_location",
            icon=":material/add_location_alt:",
            disabled=not st.session_state.get("location_name", "").strip(),
            on_click=_create,
            args=(context,),
        )


def _read(context: Context) -> None:
    act(context, "", lambda: context.engine.seller_account.read())


def _create(context: Context) -> None:
    """Have the location created that was typed; the form is emptied once that is asked for."""
    name, *address = (str(st.session_state[f"location_{field}"] or "") for field in _FIELDS)
    country, line1, line2, city, state, code = address

    def create() -> AccountView:
        location = new_location(name, Address(country, code, city, state, line1, line2))
        return context.engine.seller_account.create(location)

    if act(context, f"{plain(name)} is being created at eBay.", create) is not None:
        for field in _FIELDS:
            if field != "country":
                st.session_state[f"location_{field}"] = ""
