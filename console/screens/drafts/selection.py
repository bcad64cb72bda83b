"""The bar for the drafts that are ticked in the list: what can be done with all of them, in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import rows
from console.poller import AWAY
from console.screens.drafts import actions
from console.screens.drafts.bulk_actions import (
    APPROVE,
    COMPOSE,
    HOLD,
    PRICE,
    PUT_BACK,
    REMOVE,
    REOPEN,
    SEND,
    BulkButton,
    outcome,
    seen,
)
from console.screens.drafts.table import TABLE, read
from console.screens.drafts.view import Listing, Place
from console.widgets import tables, writing
from console.widgets.toasts import Notice
from engine.public import MAX_CENTS, DraftRecord, RowResult

MORE = "drafts_more"


def draw(context: Context, page: Listing, place: Place | None) -> None:
    """Draw the bar, for who may use it; `place` is the row that is open beside the list."""
    if not context.may_steer:
        return
    try:
        shown = tuple(read(context, page).value)
    except AWAY:
        return
    chosen = tuple(shown[row] for row in tables.ticked(st.session_state.get(TABLE)) if row < len(shown))
    with st.container(horizontal=True, vertical_alignment="center", width="content", gap="xsmall", key="several"):
        if not chosen:
            st.caption("Tick several to approve, hold, price or remove them at once.", width="content")
            return
        st.caption(f"{len(chosen)} ticked", width="content")
        bar = _Bar(context, shown, chosen, place)
        bar.button(APPROVE)
        bar.button(HOLD)
        bar.pricing()
        bar.removal()
        bar.menu()


@dataclass(frozen=True, slots=True)
class _Bar:
    """The buttons for the drafts `chosen` of those `shown`; `place` is the row that is open beside the list."""

    context: Context
    shown: tuple[DraftRecord, ...]
    chosen: tuple[DraftRecord, ...]
    place: Place | None

    def button(self, button: BulkButton) -> None:
        count = len(button.among(self.chosen))
        writing.button(
            self.context,
            f"{button.label} {count}",
            key=f"several_{button.label}",
            icon=button.symbol,
            disabled=not count,
            on_click=self.apply,
            args=(button,),
        )

    def pricing(self) -> None:
        """Draw the field for one price for all of them."""
        of = PRICE.among(self.chosen)
        with st.popover(f"Price {len(of)}", icon=PRICE.symbol, disabled=not of, key="several_price"):
            priced = sum(draft.price_cents is not None for draft in of)
            dollars = st.number_input(
                "One price for all of them, $", 0.01, MAX_CENTS / 100, None, 0.5, key="several_dollars", format="%.2f"
            )
            if priced:
                st.caption(f"{priced} of them {'has' if priced == 1 else 'have'} a price, which this replaces.")
            writing.button(
                self.context,
                f"Give these {len(of)} this price",
                key="several_priced",
                icon=PRICE.symbol,
                disabled=dollars is None,
                on_click=self.apply,
                args=(PRICE, round((dollars or 0) * 100)),
            )

    def removal(self) -> None:
        """Draw the button that asks once before drafts are removed."""
        of = REMOVE.among(self.chosen)
        with st.popover(f"Remove {len(of)}", icon=REMOVE.symbol, disabled=not of, key="several_remove"):
            sent = sum(bool(draft.offer_id) for draft in of)
            where = f"{rows(sent, 'unpublished offer')} will be deleted at eBay. " if sent else ""
            st.markdown(f"{where}The rows are skipped, and their evidence stays here. You can put them back.")
            writing.button(
                self.context,
                f"Remove these {len(of)}",
                key="several_removed",
                icon=REMOVE.symbol,
                on_click=self.apply,
                args=(REMOVE,),
            )

    def menu(self) -> None:
        """Draw the rarely used actions that are possible."""
        again = SEND if any(draft.offer_id for draft in self.chosen) else COMPOSE
        counted = ((button, len(button.among(self.chosen))) for button in (REOPEN, again, PUT_BACK))
        buttons = {f"{button.symbol} {button.label} ({count})": button for button, count in counted if count}
        writing.menu_button(self.context, "More", list(buttons), key=MORE, on_click=self.from_menu, args=(buttons,))

    def from_menu(self, buttons: Mapping[str, BulkButton]) -> None:
        """Do what was chosen under More."""
        if button := buttons.get(st.session_state[MORE]):
            self.apply(button)

    def apply(self, button: BulkButton, price_cents: int | None = None) -> None:
        """Apply the action to the drafts it is for; those that were left alone stay ticked."""
        drafts = button.among(self.chosen)
        bulk = self.context.engine.bulk_actions

        def notice(results: tuple[RowResult, ...]) -> Notice:
            icon = "check" if any(result.done for result in results) else "block"
            return Notice(outcome(button, zip(drafts, results, strict=True)), icon)

        apply = partial(bulk.apply, button.action, map(seen, drafts), price_cents=price_cents)
        results = act(self.context, notice, apply)
        if results is None:
            return
        left = [draft.sku for draft, result in zip(drafts, results, strict=True) if not result.done]
        tables.deselect(TABLE, rows=[row for row, draft in enumerate(self.shown) if draft.sku in left])
        done = [Place(result.row.job_id, result.row.index) for result in results if result.done]
        if self.place and self.place in done:
            st.session_state[actions.OWN] = self.place
