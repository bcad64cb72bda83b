"""A console that people sign in to by OpenID Connect, as browsers meet it: in, out, and what does not get in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.support.demo import Served
from tests.support.oidc_provider import CLIENT_SECRET, USER, OidcProvider, signing_in

Console = tuple[Served, OidcProvider]
PAGE = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Dest": "document"}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with signing_in(tmp_path_factory.mktemp("signed")) as running:
        yield running


def visit(browser: requests.Session, url: str, **more: object) -> requests.Response:
    return browser.get(url, headers=PAGE, timeout=10, **more)  # type: ignore[arg-type]


def signed_in(console: Console, wanted: str = "/system") -> requests.Session:
    """Return a browser in which somebody has signed in on their way to a screen."""
    browser = requests.Session()
    said = visit(browser, console[0].url + wanted)
    assert (said.status_code, said.url) == (200, console[0].url + wanted)
    return browser


def status(console: Console, browser: requests.Session, path: str = "/api/batch/jobs") -> int:
    return browser.get(console[0].url + path, timeout=10).status_code


def test_who_opens_a_screen_is_led_to_the_provider_and_back_to_it(console: Console) -> None:
    browser = signed_in(console, "/batch?job=batch_1&tab=rows")
    assert [status(console, browser, path) for path in ("/api/batch/jobs", "/api/docs", "/_stcore/health")] == [200] * 3


def test_the_cookie_is_for_no_script_and_for_no_other_site(console: Console) -> None:
    browser = requests.Session()
    said = visit(browser, answer(console, browser), allow_redirects=False).headers["Set-Cookie"]
    session = said[said.index("dm_session=") :]
    assert session.partition("; ")[2] == "HttpOnly; Max-Age=43200; Path=/; SameSite=lax"


def test_without_a_session_nothing_is_answered_and_only_pages_lead_to_the_provider(console: Console) -> None:
    served, _ = console
    for path in ("/", "/system", "/api/batch/jobs", "/_stcore/health", "/static/index.html", "/media/x"):
        said = requests.get(served.url + path, timeout=10, allow_redirects=False)
        assert (said.status_code, "sign in at" in said.text) == (401, True), path
    said = visit(requests.Session(), f"{served.url}/batch?job=1&x=a%20b", allow_redirects=False)
    assert said.status_code == 303
    assert said.headers["Location"] == f"{served.url}/sign-in?next=%2Fbatch%3Fjob%3D1%26x%3Da%2520b"


@pytest.mark.parametrize("wanted", ["//evil.example/x", "https://evil.example", "\\\\evil.example", "javascript:1", ""])
def test_nobody_is_led_to_another_site(console: Console, wanted: str) -> None:
    browser = requests.Session()
    said = browser.get(f"{console[0].url}/sign-in", params={"next": wanted}, headers=PAGE, timeout=10)
    assert (said.status_code, said.url) == (200, f"{console[0].url}/")


def answer(console: Console, browser: requests.Session) -> str:
    """Return the address that the provider sends a browser back to, which does not go there."""
    page = visit(browser, f"{console[0].url}/sign-in", allow_redirects=False).headers["Location"]
    return visit(browser, page, allow_redirects=False).headers["Location"]


def test_an_answer_counts_in_the_browser_that_asked_and_once(console: Console) -> None:
    asked, other = requests.Session(), requests.Session()
    address = answer(console, asked)
    said = visit(other, address)
    assert (said.status_code, "was not asked for in this browser" in said.text) == (403, True)
    answer(console, other)
    assert visit(other, address).status_code == 403
    assert status(console, other) == 401
    assert visit(asked, address).status_code == 200
    assert status(console, asked) == 200
    assert visit(asked, address).status_code == 403


def test_two_tabs_of_one_browser_sign_in_at_once(console: Console) -> None:
    browser = requests.Session()
    first, second = answer(console, browser), answer(console, browser)
    assert [visit(browser, address).status_code for address in (first, second)] == [200, 200]


def test_who_declines_or_whose_token_is_wrong_is_told_and_has_a_way_in(console: Console) -> None:
    _, provider = console
    for changed, why in (({"declines": True}, "did not let you in"), ({"claims": {"aud": "x"}}, "does not fit")):
        vars(provider).update(changed)
        try:
            said = visit(requests.Session(), f"{console[0].url}/system")
        finally:
            vars(provider).update(declines=False, claims={})
        assert (said.status_code, why in said.text, ">Sign in<" in said.text) == (403, True, True)


def test_while_the_provider_is_away_nobody_gets_in_and_who_is_in_stays(console: Console) -> None:
    _, provider = console
    browser, other = signed_in(console), requests.Session()
    address = answer(console, other)
    provider.away = True
    try:
        said = visit(other, address)
        assert (said.status_code, "does not answer" in said.text) == (503, True)
        assert status(console, browser) == 200
    finally:
        provider.away = False


def test_who_signs_out_in_one_tab_is_out_in_all(console: Console) -> None:
    served, _ = console
    browser, other = signed_in(console), signed_in(console)
    stolen = requests.Session()
    stolen.cookies.update(browser.cookies)
    assert ">Sign out<" in visit(browser, f"{served.url}/sign-out").text
    assert status(console, browser) == 200  # looking at the page changes nothing
    said = browser.post(f"{served.url}/sign-out", timeout=10)
    assert (said.status_code, "You are signed out" in said.text) == (200, True)
    assert [status(console, one) for one in (browser, stolen, other)] == [401, 401, 200]


def test_another_site_signs_nobody_out(console: Console) -> None:
    browser = signed_in(console)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"{console[0].url}/sign-out", headers=foreign, timeout=10).status_code == 403
    assert status(console, browser) == 200


@pytest.mark.parametrize("text", ["x", "0" * 16 + "_" + "A" * 43, "_", "9" * 5_000, "a.b"])
def test_a_session_that_is_made_up_does_not_count(console: Console, text: str) -> None:
    said = requests.get(f"{console[0].url}/api/batch/jobs", headers={"Cookie": f"dm_session={text}"}, timeout=10)
    assert (said.status_code, "your session has ended" in said.text) == (401, True)


def test_what_is_done_is_written_down_as_theirs(console: Console) -> None:
    served, _ = console
    browser = signed_in(console)
    said = browser.post(f"{served.url}/api/batch/upload", files={"file": ("rows.txt", "720642442524\n")}, timeout=10)
    status = browser.get(f"{served.url}/api/batch/status/{said.json()['job_id']}", timeout=10).json()
    assert USER in str(status)


def test_no_secret_is_in_the_log_the_store_or_an_address(console: Console) -> None:
    served, _ = console
    browser = signed_in(console)
    code = answer(console, browser).partition("code=")[2].partition("&")[0]
    secrets = [CLIENT_SECRET, browser.cookies["dm_session"].partition("_")[2], code]
    kept = f"{served.log}{served.stored()}"
    assert all(secret and secret not in kept for secret in secrets)
    assert "eyJ" not in kept  # how each ID token begins
