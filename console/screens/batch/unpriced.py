"""Drafts of a batch without a price: how many there are, and one way to price them all."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console import navigation
from console.actions import act
from console.context import Context
from console.formatting import number, rows
from console.screens.batch.view import BatchScreen, Look
from console.widgets import price_table, writing
from console.widgets.dialogs import Dialog
from console.widgets.text import plain
from engine.public import OPEN, Job, JobStatus, NoPrice, Prices

OPENED = Dialog[bool]("pricing")


def draw(context: Context, screen: BatchScreen, *, disabled: bool) -> None:
    """Draw the card; there is none while every draft has a price."""
    count = screen.detail.unpriced
    if not count:
        return
    with st.container(border=True, key="card_unpriced", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**Not ready: price** :orange-badge[{number(count)}]", width="content")
            st.page_link(
                navigation.DRAFTS,
                label="Show",
                icon=":material/sell:",
                query_params={"job_id": screen.job.job_id, "show": "price"},
                width="content",
            )
        possible = screen.job.status in {*OPEN, JobStatus.COMPLETED}
        later = ". When the batch runs again, all can be priced at once."
        here = ", or all of them here." if possible else later
        st.caption(
            "These drafts have no price yet; eBay asks for one when they are published. Price them one by one or in "
            f"groups on Drafts{here}"
        )
        if screen.batch.pricing:
            st.caption(":blue[:material/sync:] They are being done again.")
            return
        if context.may_steer and possible:
            label = f"Price all {number(count)}"
            st.button(label, icon=":material/price_change:", key="price_all", disabled=disabled, on_click=open_dialog)


def dialog(context: Context, look: Look) -> None:
    """Draw the dialog when it was opened: the operator's own prices, or another look for prices."""
    if not OPENED.about:
        return
    screen = look().value
    title = f"Price {rows(screen.detail.without_price)}"
    OPENED.draw_dialog(context, title, partial(_dialog, context, screen.job), width="large")


def draft_all(context: Context, job: Job) -> None:
    """Complete the rows that failed for want of a price as drafts without one."""
    done = f"The items of {plain(job.name)} without a price become drafts without one."
    price = partial(context.engine.commands.price, job.job_id, no_price=NoPrice.DRAFT)
    act(context, done, price)


def _dialog(context: Context, job: Job) -> None:
    st.markdown("Your own prices, by format and condition, for every item of this batch that has none.")
    prices = price_table.prices("prices_for_all")
    st.caption(f"{price_table.EMPTY} They stay with the batch, and change no item that has a price.")
    with st.container(horizontal=True, gap="xsmall"):
        writing.button(
            context,
            "Give them these prices",
            key="give_prices",
            icon=":material/sell:",
            type="primary",
            disabled=not prices,
            on_click=_price,
            args=(context, job, prices),
        )
        writing.button(
            context,
            "Look for prices again",
            key="look_for_prices",
            icon=":material/search:",
            help="By the rule of the batch: where a service was connected since, or offers have come up.",
            on_click=_price,
            args=(context, job, {}),
        )


def _price(context: Context, job: Job, prices: Prices) -> None:
    OPENED.close()
    done = f"The items of {plain(job.name)} without a price are being priced."
    act(context, done, partial(context.engine.commands.price, job.job_id, prices))


def open_dialog() -> None:
    """Have the dialog opened with the next drawing."""
    OPENED.open(True)
