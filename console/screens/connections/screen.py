"""Connections: what each service adds, who is connected until when, and how to connect it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

import streamlit as st

from console import upstreams
from console.context import Context, zone
from console.labels import Label
from console.poller import AWAY, Snapshot
from console.screens.connections import catalogue, discogs, ebay, notified
from console.screens.connections.save import save
from console.screens.connections.view import PURPOSES, ConnectionsView, load, origin
from console.widgets import notices, parts, standing, testing, writing
from console.widgets.facts import facts
from console.widgets.heading import heading
from console.widgets.templates import html
from console.widgets.text import plain
from engine.public import (
    DISCOGS_TERMS,
    EBAY_LICENCE,
    NOT_AFFILIATED,
    AccountsView,
    EngineError,
    Service,
    Source,
    UpstreamState,
    UpstreamView,
)

EVERY_SECONDS = 2.0
CONNECTED = Label("Connected", "green", "link")
NEWS = timedelta(minutes=15)  # so long the result of a consent is shown


def render(context: Context) -> None:
    """Draw the screen; what is entered on it is never shown again."""
    heading(context, "Connections", about="What each service adds, who is connected, and until when.")
    try:
        accounts = _accounts(context)
    except AWAY as error:
        standing.nothing_read(context, error, partial(_look, context))
        return
    standing.outage(partial(_look, context))
    _consent(accounts)
    if not context.may_admin:
        st.caption("To connect and disconnect takes the role admin.")
    notices.consent_ends(accounts)
    with st.container(key="as_drawn", gap="small"):
        _cards(context, accounts)
    taken_up = partial(_taken_up, context, accounts)
    parts.live(taken_up, name="taken_up", shows=partial(_taken_up_shows, context, accounts))
    st.caption(f"{NOT_AFFILIATED} [eBay's licence]({EBAY_LICENCE}) · [Discogs' terms]({DISCOGS_TERMS})")


def _accounts(context: Context) -> AccountsView:
    """Return what is connected, read anew: the browser may just have come back from eBay. In an outage, as it was.

    Raises:
        StoreError, FilesAway: it was never read, and the store does not answer.
    """
    snapshot = _look(context)
    if not snapshot.away:
        with suppress(*AWAY):
            return context.engine.accounts.view()
    return snapshot.value.accounts


def _cards(context: Context, accounts: AccountsView) -> None:
    """Draw a card for each service, and for what else can be set up."""
    with st.container(border=True, key="card_ebay", gap="small"):
        _head(context, Service.EBAY)
        ebay.draw(context, accounts)
    with st.container(border=True, key="card_discogs", gap="small"):
        _head(context, Service.DISCOGS)
        discogs.draw(context, accounts)
    with st.container(border=True, key="card_musicbrainz", gap="small"):
        _head(context, Service.MUSICBRAINZ)
        _contact(context, accounts)
    with st.container(border=True, key="card_coverart", gap="small"):
        _head(context, Service.COVERART)
    with st.container(border=True, key="card_catalogue", gap="small"):
        parts.live(partial(catalogue.draw, context), name="catalogue", shows=partial(catalogue.shows, context))
    with st.container(border=True, key="card_notifications", gap="small"):
        notified.draw(context)
    _places(context)


def _consent(accounts: AccountsView) -> None:
    """Say what came of the last consent at eBay, for a while."""
    answered = accounts.consent
    if answered is None or accounts.at - answered.at > NEWS:
        return
    if answered.ok:
        st.success(plain(answered.sentence), icon=":material/check_circle:")
    else:
        st.error(plain(answered.sentence), icon=":material/block:")


def _head(context: Context, service: Service) -> None:
    """Draw a service with its state and its test, kept up to date, and what it is for."""
    name = f"state_{service}"
    parts.live(partial(_state, context, service), name=name, shows=partial(_shows, context, service))


def _look(context: Context) -> Snapshot[ConnectionsView]:
    return context.poller.look("connections", partial(load, context.engine), every=EVERY_SECONDS)


def _shows(context: Context, service: Service) -> object:
    snapshot = _look(context)
    view = snapshot.value.upstreams
    one = view.of(service)
    lines = _lines(one, view.engines, old=snapshot.away)
    return one.state, snapshot.value.connected(service), lines, one.test, snapshot.away


def _state(context: Context, service: Service) -> None:
    try:
        snapshot = _look(context)
    except EngineError:
        return
    view = snapshot.value.upstreams
    one = view.of(service)
    fresh = one.state is UpstreamState.UNKNOWN and snapshot.value.connected(service)
    label = CONNECTED if fresh else upstreams.STATES[one.state]
    left, right = st.columns([6, 1], gap="medium", vertical_alignment="top")
    with left:
        st.markdown(f"### {one.name} :{label.color}-badge[{label.symbol} {label.text}]")
        st.html(html("lines", lines=list(filter(None, _lines(one, view.engines, old=snapshot.away)))))
    with right.container(horizontal=True, horizontal_alignment="right"):
        testing.button(context, one, view.engines, disabled=snapshot.away)


def _lines(one: UpstreamView, engines: int, *, old: bool) -> list[str]:
    """Return what a service is for, how it is, and what came of its test."""
    purpose, test = PURPOSES[one.service], upstreams.test_line(one, engines, old=old)
    missing = one.state is UpstreamState.NOT_CONNECTED
    now = "" if missing else upstreams.state_line(one, old=old)
    return [f"Adds: {purpose.adds}", f"Without it: {purpose.without}", now, f"Test: {test}" if test else ""]


def _contact(context: Context, accounts: AccountsView) -> None:
    """Draw the address that services may write to."""
    if accounts.contact is Source.ENVIRONMENT:
        facts({"Address": accounts.contact_address, "Comes from": f"{origin(context, accounts.contact)} (DM_CONTACT)"})
        return
    if not context.may_admin:
        facts({"Address": accounts.contact_address})
        return
    field, action = st.columns([4, 2], gap="small", vertical_alignment="bottom")
    field.text_input(
        "Your e-mail address or web page",
        accounts.contact_address,
        key="contact",
        max_chars=100,
        placeholder="you@example.com",
        help="It goes with every call, so that a service can write to you before it turns you away.",
    )
    args = (context, _keep_contact, "The address is saved.")
    with action:
        writing.button(context, "Save address", key="save_contact", on_click=save, args=args)


def _keep_contact(context: Context) -> None:
    context.engine.accounts.keep_contact(str(st.session_state.get("contact") or ""))


def _places(context: Context) -> None:
    """Draw where everything is kept."""
    settings = context.settings
    with st.container(border=True, key="card_places", gap="small"):
        st.subheader("On this installation", anchor=False)
        facts(
            {
                "Job store": f"{settings.store}. Batches, rows and drafts; who is connected, and no secret.",
                "File store": f"{settings.files}. Uploaded files and your photos.",
                "Secrets": f"{settings.secrets}. Keys and tokens that are entered here, encrypted.",
            }
        )


def _taken_up_shows(context: Context, drawn: AccountsView) -> object:
    snapshot = _look(context)
    return snapshot.value.accounts.newer_than(drawn), snapshot.value.taken_up, parts.steady(snapshot)


def _taken_up(context: Context, drawn: AccountsView) -> None:
    """Say whether the engines use what is connected; what another window changed has the screen drawn again."""
    try:
        snapshot = _look(context)
    except EngineError:
        return
    if snapshot.value.accounts.newer_than(drawn):
        st.rerun()
    st.caption(snapshot.value.taken_up)
    notices.freshness(snapshot, zone())
