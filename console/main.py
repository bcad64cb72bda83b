"""The script of every browser session: the bar at the top, and the chosen screen below it."""

from __future__ import annotations

import streamlit as st

from console import actions, navigation
from console.context import context
from console.widgets import alerts, keys, parts, session, style

st.set_page_config(page_title="Draft Maker", page_icon=style.ICON, layout="wide")
style.apply()
page = st.navigation(navigation.pages(), position="top")
actions.show_notices()
parts.begin()
page.run()
alerts.watch(context())
parts.watch()
session.draw(context())
keys.listen()  # last: what stands above moves every screen down
