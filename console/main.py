"""The script of every browser session: the bar at the top, and the chosen screen below it."""

from __future__ import annotations

import streamlit as st

from console import actions, navigation
from console.context import NO_ROLE, context
from console.widgets import alerts, keys, parts, scrolling, session, style, toasts
from engine.public import access

st.set_page_config(page_title="Draft Maker", page_icon=style.ICON, layout="wide")
style.apply()
own = context()
if not own.may(access.TokenScope.READ):
    st.error(NO_ROLE, icon=":material/block:")
    session.draw(own)
    st.stop()
beyond = [*([] if own.may_submit else [navigation.NEW_BATCH]), *([] if own.may_admin else [navigation.ACCESS])]
page = st.navigation(navigation.pages(beyond), position="top")
actions.redrawn()
parts.begin()
page.run()
alerts.watch(own)
parts.live(toasts.draw, name="toasts", shows=toasts.given)
parts.watch()
session.draw(own)
keys.listen()  # last, as the next: what stands above moves every screen down
scrolling.listen()
