"""A page asks whether anything has changed while it stands still, and not while it is being drawn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.support.demo import Demo

pytestmark = pytest.mark.browser
SAYS_IT_IS_DRAWN = "(state) => { document.querySelector('[data-testid=stApp]').dataset.testScriptState = state }"
LONG_ENOUGH = 6_000  # milliseconds: four ticks


def test_a_page_that_is_being_drawn_does_not_ask(whole: Demo, page: Page) -> None:
    asked: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: asked.append(payload))

    page.on("websocket", listen)
    page.goto(whole.url)
    expect(page.get_by_role("button", name="New batch")).to_be_visible()

    def asks() -> bool:
        before = len(asked)
        page.wait_for_timeout(LONG_ENOUGH)
        return len(asked) > before

    assert asks()
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
    page.evaluate(SAYS_IT_IS_DRAWN, "running")
    assert not asks()
    page.evaluate(SAYS_IT_IS_DRAWN, "notRunning")
    assert asks()
