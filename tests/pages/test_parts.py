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


def test_a_part_for_which_an_outage_ended_while_it_was_drawn_is_drawn_again() -> None:
    app = AppTest.from_function(_between, default_timeout=20)
    app.run()
    assert (app.text[0].value, app.session_state["drawn"]) == ("away", ["part", "other"])
    app.button[0].click().run()
    assert (app.text[0].value, app.session_state["drawn"]) == ("here", ["part", "other", "part"])


def _between() -> None:
    from typing import Any

    import streamlit as st

    from console.widgets import parts

    drawn: Any = st.session_state.setdefault("drawn", [])
    away: Any = st.session_state.setdefault("away", [False])

    def draw() -> None:
        drawn.append("part")
        away[0] = len(drawn) == 1
        st.text("away" if away[0] else "here")

    def end_and_look() -> None:
        away[0] = False
        parts.draw_changed()

    if not drawn:
        parts.begin()
    parts.live(draw, name="part", shows=lambda: away[0])
    parts.live(lambda: drawn.append("other"), name="other", shows=lambda: None)
    parts.watch()
    st.button("The outage ends", on_click=end_and_look)


def test_a_part_that_was_not_drawn_again_with_what_it_stood_in_is_forgotten() -> None:
    app = AppTest.from_function(_nested, default_timeout=20)
    for label in ("outer changes", "inner changes"):
        app.run()
        next(button for button in app.button if button.label == label).click().run()
        assert not app.exception
    assert list(app.session_state["parts"]) == ["outer"]


def _nested() -> None:
    from typing import Any

    import streamlit as st

    from console.widgets import parts

    shown: Any = st.session_state.setdefault("shown", {"outer": 0, "inner": 0})

    def outer() -> None:
        if not shown["outer"]:
            parts.live(lambda: None, name="inner", shows=lambda: shown["inner"])

    def change(name: str) -> None:
        shown[name] += 1
        parts.draw_changed()

    if not shown["outer"]:
        parts.begin()
    parts.live(outer, name="outer", shows=lambda: shown["outer"])
    for name in ("outer", "inner"):
        st.button(f"{name} changes", on_click=change, args=(name,))
