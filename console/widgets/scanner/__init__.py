"""A field that a scanner types into: no line is lost and the cursor stays, whatever the console does in the meantime.

Streamlit's own fields send what stands in them when their script is run: of two lines that come in between, one is
lost. Here every line waits in the browser under an id of its own until `said` has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from engine.public import Entry

GRADES = ("M", "NM", "VG+", "VG", "G+", "G")
_HERE = Path(__file__).resolve().parent
_mount = st.components.v2.component(
    "scanner",
    html=(_HERE / "scanner.html").read_text("utf-8"),
    css=(_HERE / "scanner.css").read_text("utf-8"),
    js=(_HERE / "scanner.js").read_text("utf-8"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to a line: the `sound` that it makes, once, and a `sentence`."""

    id: str
    sound: str
    sentence: str = ""


def waiting(key: str) -> list[Entry]:
    """Return the lines that wait in the browser, the oldest first; what has another form is left out."""
    state: Any = st.session_state.get(key) or {}
    lines: Any = (state.get("lines") or {}).get("waiting") or []
    return [Entry(str(line.get("id")), str(line.get("text")), str(line.get("of"))) for line in lines if _is_line(line)]


def draw(key: str, session: str, said: Sequence[Said]) -> None:
    """Draw the field of a session; `said` are the answers to the last lines."""
    data = {"session": session, "said": [asdict(one) for one in said], "grades": GRADES}
    _mount(key=key, data=data, default={"lines": {}}, on_lines_change=lambda: None)


def _is_line(line: object) -> bool:
    return isinstance(line, Mapping) and all(isinstance(line.get(name), str) for name in ("id", "text", "of"))
