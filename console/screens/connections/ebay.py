"""eBay on the Connections screen: keys of the application, consent of the seller, notices of deleted accounts."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console.context import Context
from console.screens.connections.save import save
from console.screens.connections.view import REVOKE, ebay_facts
from console.widgets import writing
from console.widgets.facts import facts
from console.widgets.templates import html
from console.widgets.text import plain
from engine.public import SCOPES, AccountsView, BadRequest, Source

APP, CERT, RU_NAME, PASTED, DELETION = "ebay_app", "ebay_cert", "ebay_ru_name", "ebay_pasted", "ebay_deletion"
DELETION_TOKEN = "ebay_deletion_token"  # noqa: S105 - the name of a field
DELETION_PATH = "/api/connections/ebay/account-deletion"
_KEYS = """
1. Sign in at [developer.ebay.com](https://developer.ebay.com/my/keys) and create a **Production** keyset. Its App ID
   and Cert ID go into the fields above.
2. eBay enables a production keyset once its notices of deleted accounts are settled: see the next box.
3. Under [User Tokens](https://developer.ebay.com/my/auth/?env=production) add an eBay Redirect URL. Its name is the
   **RuName**. As *auth accepted URL* give the https address at which your browser reaches this console, followed by
   `/api/connections/ebay/callback`. On a machine without https give any https page: you paste its address here later.
"""
_DELETION = """
eBay asks every application for one of two things, on the page
[Alerts and Notifications](https://developer.ebay.com/my/push) of the keyset
([what it means](https://developer.ebay.com/marketplace-account-deletion)):

- **Opt out**, if you keep no data of eBay users: Draft Maker keeps none but your own name. This is the simple way.
- Or have this console answer: give its public https address below, and eBay the same address and the token you get.
"""


def draw(context: Context, accounts: AccountsView) -> None:
    """Draw what is connected, and what to do next."""
    account = accounts.ebay
    if known := {name: value for name, value in ebay_facts(context, accounts).items() if value}:
        facts(known)
    if not context.may_admin:
        return
    if account.application is Source.MISSING or not account.ru_name:
        if account.seller_source is not Source.ENVIRONMENT:
            _keys(context, accounts)
    else:
        _consent(context, accounts)
    with st.expander("Notices of deleted accounts, which eBay asks of a production keyset", icon=":material/gavel:"):
        _deletions(context, accounts)


def _keys(context: Context, accounts: AccountsView) -> None:
    """Draw the fields for the keys of the application."""
    account = accounts.ebay
    given = account.application is Source.ENVIRONMENT
    if given:
        st.caption("The application's keys come from the environment; its RuName is missing: set EBAY_RU_NAME.")
        return
    left, middle, right, action = st.columns([2, 2, 2, 1], gap="small", vertical_alignment="bottom")
    left.text_input("App ID (Client ID)", account.client_id, key=APP, max_chars=300)
    middle.text_input("Cert ID (Client Secret)", key=CERT, type="password", max_chars=300)
    right.text_input("RuName", account.ru_name, key=RU_NAME, max_chars=300)
    args = (context, _keep, "The keys are kept. Next: Connect eBay.", (CERT,))
    with action:
        writing.button(context, "Save keys", key="save_keys", type="primary", on_click=save, args=args)
    with st.expander("Where the keys and the RuName come from", icon=":material/help:"):
        st.markdown(_KEYS)


def _consent(context: Context, accounts: AccountsView) -> None:
    """Draw the way to eBay, and what may be done once a seller is connected."""
    account = accounts.ebay
    if account.seller_source is Source.ENVIRONMENT:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        writing.part(context, partial(_connect, primary=not account.connected), name="connect_ebay")
        if account.connected:
            disconnect = (context, _disconnect, f"eBay is disconnected here. {REVOKE}")
            writing.button(context, "Disconnect", key="disconnect_ebay", on_click=save, args=disconnect)
        if account.application is Source.STORED:
            forget = (context, _forget, "The keys are forgotten, and eBay is disconnected.")
            writing.button(context, "Forget keys", key="forget_keys", on_click=save, args=forget)
    if not account.connected:
        st.html(html("lines", lines=["You will be asked at eBay to allow Draft Maker to:"]))
        st.html(html("scopes", scopes=SCOPES))
    with st.expander("The browser came back to another page than this", icon=":material/content_paste:"):
        st.caption("Copy the whole address of that page, within five minutes after you agreed.")
        field, action = st.columns([5, 1], gap="small", vertical_alignment="bottom")
        field.text_input("Address of that page", key=PASTED, type="password", max_chars=8_000)
        with action:
            args = (context, _take, "", (PASTED,))
            writing.button(context, "Take address", key="take_address", on_click=save, args=args)


def _connect(away: bool, *, primary: bool) -> None:
    """Draw the way to eBay, which leads nowhere while the store is away."""
    st.html(html("connect", primary=primary, away=away), width="content")


def _deletions(context: Context, accounts: AccountsView) -> None:
    """Draw what eBay asks for, and how it is answered."""
    st.markdown(_DELETION)
    if url := accounts.ebay.deletion_url:
        st.caption(f"Answered at {plain(url)}.")
    field, action = st.columns([5, 1], gap="small", vertical_alignment="bottom")
    field.text_input(
        "Public address of this console's answer",
        key=DELETION,
        placeholder=f"https://your-console.example{DELETION_PATH}",
    )
    with action:
        writing.button(context, "Make token", key="make_token", on_click=save, args=(context, _answer_deletions, ""))
    if token := st.session_state.pop(DELETION_TOKEN, ""):
        st.caption("The verification token, shown this once: give it to eBay with the same address.")
        st.code(token, language=None)


def _keep(context: Context) -> None:
    state = st.session_state
    fields = (str(state.get(name) or "") for name in (APP, CERT, RU_NAME))
    context.engine.accounts.keep_ebay_keys(*fields)


def _disconnect(context: Context) -> None:
    context.engine.accounts.disconnect_ebay()


def _forget(context: Context) -> None:
    context.engine.accounts.forget_ebay_keys()


def _take(context: Context) -> None:
    answered = context.engine.accounts.take_pasted(str(st.session_state.get(PASTED) or ""))
    if not answered.ok:
        raise BadRequest(answered.sentence)


def _answer_deletions(context: Context) -> None:
    url = str(st.session_state.get(DELETION) or "")
    st.session_state[DELETION_TOKEN] = context.engine.accounts.answer_deletions(url)
