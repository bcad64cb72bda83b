"""The offline catalogue on the Connections screen: what it is made from, and its update from the newest dump."""

from __future__ import annotations

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import span
from console.widgets import writing
from console.widgets.templates import html
from console.widgets.text import plain
from engine.public import CatalogueView, UpdateState

PURPOSE = (
    "Adds: What Discogs' monthly dump knows is found without a call to Discogs or MusicBrainz.",
    "Without it: Every barcode is looked up at the services. It is optional.",
)
STALE_DAYS = 45


def shows(context: Context) -> object:
    """Return what the card shows; its age changes by the day."""
    view = context.engine.catalogue.view()
    return view.about, view.trouble, view.age_days, view.update


def draw(context: Context) -> None:
    """Draw the catalogue, how old it is, and how its update goes."""
    view = context.engine.catalogue.view()
    left, right = st.columns([6, 1], gap="medium", vertical_alignment="top")
    with left:
        st.markdown(f"### Offline catalogue {_badge(view)}")
        st.html(html("lines", lines=[*PURPOSE, sentence(view)]))
    with right.container(horizontal=True, horizontal_alignment="right"):
        writing.button(
            context,
            "Update" if view.about else "Make it",
            key="update_catalogue",
            help="Read Discogs' newest dump, some 10 GB, in the background. What is there is used until it is done.",
            disabled=view.updating or not context.may_admin,
            on_click=_update,
            args=(context,),
        )
    if view.update:
        _progress(view.update)


def sentence(view: CatalogueView) -> str:
    """Return what it is made from, or why there is none."""
    if view.about is None:
        return view.trouble or "There is none on this machine."
    return f"Releases with a barcode: {view.about.kept:,}, from the dump of {view.about.made_on}."


def _badge(view: CatalogueView) -> str:
    days = view.age_days
    if days is None:
        return ":red-badge[Damaged]" if view.trouble else ":gray-badge[None]"
    return f":{'orange' if days > STALE_DAYS else 'green'}-badge[{days:,} days old]"


def _progress(update: UpdateState) -> None:
    """Draw how far an update is, or why it ended before it was done."""
    if update.state == "running":
        left = f", {span(update.time_left)} left" if update.time_left else ""
        text = f"{update.dump or 'Looking for the newest dump'}: {update.percent:.0f} %{left}. {update.sentence}"
        st.progress(min(update.percent / 100, 1.0), text=plain(text))
    elif update.state == "failed":
        st.error(plain(update.sentence), icon=":material/block:")
    elif update.sentence:
        st.caption(plain(update.sentence))


def _update(context: Context) -> None:
    act(context, "The catalogue is updated in the background.", context.engine.catalogue.update)
