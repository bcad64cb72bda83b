"""One number in a tile: what it counts, the number, and a note below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st


def tile(label: str, value: str, note: str, days: Sequence[int] = ()) -> None:
    """Draw one number, with the same of the last days as a chart where more than the last of them has any."""
    chart: Any = {"chart_data": list(days), "chart_type": "bar"} if any(days[:-1]) else {}
    st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, height="stretch", **chart)
