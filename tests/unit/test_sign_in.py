"""The cookies of a console that is reached by https."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import requests
from pydantic import SecretStr
from starlette.applications import Starlette

from console.oidc import Client, Provider
from console.sign_in import OidcSignIn
from engine.access.sessions import Sessions
from engine.store.sqlite import SQLiteStore
from tests.support.clocks import FakeClock
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, provider

URL = "https://drafts.example.com"


class Browser:
    """Keeps cookies as a browser does, and follows no redirect."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._cookies = httpx.Cookies()

    def get(self, address: str, cookie: str = "") -> httpx.Response:
        async def got() -> httpx.Response:
            own = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=URL, cookies=self._cookies)
            async with own as client:
                answer = await client.get(address, headers={"Cookie": cookie} if cookie else {})
                self._cookies = client.cookies
                return answer

        return asyncio.run(got())


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    clock = FakeClock()
    sessions = Sessions(SQLiteStore(tmp_path / "store.db", clock), clock)
    with provider() as own:
        client = Client(own.url, CLIENT_ID, SecretStr(CLIENT_SECRET), f"{URL}/sign-in/callback")
        sign_in = OidcSignIn(Provider(client, clock), sessions, URL, timedelta(hours=1))
        yield Browser(Starlette(routes=sign_in.routes))


def test_by_https_the_cookies_belong_to_this_host_alone(browser: Browser) -> None:
    asked = browser.get("/sign-in?next=%2Fbatch%3Fjob%3D1%26tab%3Da.b")
    attempt = asked.headers["Set-Cookie"]
    assert attempt.startswith("__Host-dm_sign_in_")
    assert attempt.endswith("; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure")
    back = requests.get(asked.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    said = browser.get(back.removeprefix(URL))
    assert (said.status_code, said.headers["Location"]) == (303, f"{URL}/batch?job=1&tab=a.b")
    forgotten, session = said.headers.get_list("Set-Cookie")
    assert "Max-Age=0" in forgotten
    assert session.startswith("__Host-dm_session=")
    assert session.endswith("; HttpOnly; Max-Age=3600; Path=/; SameSite=lax; Secure")
    assert browser.get("/sign-in/session").status_code == 204
    assert "no-store" in {said.headers["Cache-Control"], asked.headers["Cache-Control"]}


@pytest.mark.parametrize("kept", ["", "a.b.c", "a.b.c.", "...", "a.b.c.%2F%2Fevil.example"])
def test_a_cookie_of_an_attempt_that_is_broken_lets_nobody_in(browser: Browser, kept: str) -> None:
    said = browser.get("/sign-in/callback?state=a&code=x", f"__Host-dm_sign_in_a={kept}")
    assert said.status_code == 403
    assert "dm_session" not in str(said.headers)
