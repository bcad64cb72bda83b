"""What an operator must know first: the store is away, no engine runs, eBay is not connected."""

from __future__ import annotations

from datetime import tzinfo

import streamlit as st

from console import upstreams
from console.context import Context
from console.formatting import moment, rows, second, span
from console.poller import Snapshot
from console.widgets.text import plain
from engine.public import (
    CONNECT_EBAY,
    START_ENGINE,
    AccountsView,
    EngineError,
    FilesAway,
    Service,
    Troubles,
    access,
)


def freshness(snapshot: Snapshot[object], zone: tzinfo) -> None:
    """Draw how old the numbers are."""
    st.caption(updated(snapshot, zone), text_alignment="right")


def updated(snapshot: Snapshot[object], zone: tzinfo) -> str:
    """Return when the numbers were read, and whether they are still updated."""
    return f"Updated {second(snapshot.read_at, zone)} · {'the store is away' if snapshot.away else 'live'}"


def store_away(snapshot: Snapshot[object], zone: tzinfo) -> None:
    """Say that the numbers are old. Draws nothing while the store answers."""
    if snapshot.away:
        at = moment(snapshot.read_at, now=snapshot.read_at, zone=zone)
        st.warning(
            f"**Showing data from {at}.** The job store has not answered for {span(snapshot.age)}. "
            "Running batches keep their place; actions come back by themselves when it answers.",
            icon=":material/cloud_off:",
        )


def stores(snapshot: Snapshot[object], found: Troubles, zone: tzinfo) -> None:
    """Say that the numbers are old, or else what is wrong with stores that answer. Draws nothing where nothing is."""
    if snapshot.away:
        store_away(snapshot, zone)
    else:
        troubles(found)


def nothing_read(error: EngineError) -> None:
    """Say that there is nothing to show, because a store did not answer."""
    store = "file" if isinstance(error, FilesAway) else "job"
    st.error(
        f"**The {store} store does not answer, so there is nothing to show yet.** "
        "Nothing is lost: this page tries again by itself every few seconds.",
        icon=":material/cloud_off:",
    )


def not_read() -> None:
    """Say that there is nothing to show yet, where it is said already that the store does not answer."""
    st.caption("This is shown as soon as the store answers.")


def allowed(context: Context, needed: access.TokenScope) -> bool:
    """Return whether who looks may do what `needed` stands for; where not, say what it takes."""
    if context.may(needed):
        return True
    role = access.least_role(needed)
    st.info(plain(f"This needs the role {role}: an admin gives roles on the screen Access."), icon=":material/lock:")
    return False


def troubles(found: Troubles) -> None:
    """Say why the file store cannot be used, or the job store not written. Draws nothing while both can."""
    if found.writing:
        st.error(
            f"**{plain(found.writing)}** Nothing is lost: engines keep what they have done and go on by themselves as "
            "soon as it can be written. Until then a batch seems to stand still, and no action is taken.",
            icon=":material/disc_full:",
        )
    if found.files:
        st.warning(
            f"**{plain(found.files)}** Batches wait and lose nothing; files and exports are back when it answers.",
            icon=":material/folder_off:",
        )


def store_silent() -> None:
    """Say, where something is to be begun, that the store does not answer."""
    st.error(
        "**The job store does not answer, so nothing can be kept or started now.** "
        "What stands on this page stays; it goes on by itself when the store answers.",
        icon=":material/cloud_off:",
    )


def no_engine(waiting: int | None = None) -> None:
    """Say that no engine is running; `waiting` is how many rows wait for one, None where something is to be begun."""
    if waiting is None:
        wait, then = "What you start waits until one does.", ""
    else:
        wait = f"{rows(waiting)} {'waits' if waiting == 1 else 'wait'}."
        then = "; what was begun goes on where it stopped"
    st.error(
        f"**No engine is running.** {wait} Start one with `{START_ENGINE}`{then}.",
        icon=":material/power_off:",
    )


def ebay_ends_soon(context: Context) -> None:
    """Say that eBay's consent ends soon, as far as it was read lately."""
    try:
        accounts = context.poller.look("accounts", context.engine.accounts.view, every=upstreams.EVERY_SECONDS).value
    except EngineError:
        return
    consent_ends(accounts)


def consent_ends(accounts: AccountsView) -> None:
    """Say that eBay's consent ends within thirty days, or has ended. Draws nothing otherwise."""
    ends = accounts.ebay.ends_soon(accounts.at)
    if ends is None:
        return
    when = f"ended on {ends:%-d %B %Y}" if ends <= accounts.at else f"ends on {ends:%-d %B %Y}"
    st.warning(
        f"**The seller's consent at eBay {when}.** {CONNECT_EBAY} Otherwise batches pause then; nothing is lost.",
        icon=":material/event_busy:",
    )


def ebay_not_connected(context: Context) -> None:
    """Say how to connect eBay. Draws nothing unless every live engine reports that it has no credentials."""
    known = upstreams.look(context)
    if known is None or known.connected(Service.EBAY) is not False:
        return
    st.info(
        "**eBay is not connected, so drafts are composed here and not sent.** "
        f"{CONNECT_EBAY} "
        "Composed drafts are kept, and are in every export.",
        icon=":material/link_off:",
    )
