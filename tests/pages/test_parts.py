"""Parts of a screen that keep themselves up to date."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _screen() -> None:
    from typing import Any

    import streamlit as st

    from console.widgets import parts
    from engine.public import StoreError

    shown: Any = st.session_state.setdefault("shown", {"head": 1, "rows": 1})
    drawn: Any = st.session_state.setdefault("drawn", [])

    def shows(name: str) -> object:
        if shown[name] == "away":
            raise StoreError("test", "read")
        return shown[name]

    def change(name: str, value: object) -> None:
        shown[name] = value
        parts.draw_changed()

    parts.begin()
    for name in ("head", "rows"):
        parts.live(lambda name=name: drawn.append(name), name=name, shows=lambda name=name: shows(name))  # type: ignore[misc]
    parts.watch()
    for name in ("head", "rows"):
        st.button(f"{name} changes", on_click=change, args=(name, len(drawn) + 10))
        st.button(f"{name} is away", on_click=change, args=(name, "away"))


def _drawn_by(app: AppTest, label: str) -> list[str]:
    """Return the parts that are drawn by a tick after what a button does."""
    app.run()
    app.session_state["drawn"].clear()
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return list(app.session_state["drawn"])


def _app() -> AppTest:
    return AppTest.from_function(_screen, default_timeout=20)


def test_only_the_part_that_shows_something_else_is_drawn_again() -> None:
    app = _app()
    assert _drawn_by(app, "rows changes") == ["rows"]
    assert _drawn_by(app, "head changes") == ["head"]


def test_an_outage_is_drawn_once() -> None:
    app = _app()
    assert _drawn_by(app, "rows is away") == ["rows"]
    assert _drawn_by(app, "head changes") == ["head"]
