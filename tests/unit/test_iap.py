"""The assertion of Identity-Aware Proxy counts when its signature, audience, issuer and times are right."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import Headers

from console.iap import HEADER, IdentityAwareProxy
from console.rules import Refused
from console.signing_keys import AGAIN_SECONDS, KEYS_SECONDS
from tests.support.clocks import FakeClock
from tests.support.identity_proxy import AUDIENCE, USER, IdentityProxy, encoded, publishing


class Signing:
    """A sign-in, the proxy that vouches, and a clock that a test moves."""

    def __init__(self, proxy: IdentityProxy, url: str) -> None:
        self.proxy = proxy
        self.clock = FakeClock()
        self.sign_in = IdentityAwareProxy(AUDIENCE, url, self.clock)

    def user(self, *assertions: str) -> str | Refused:
        given = Headers(raw=[(HEADER.encode(), assertion.encode()) for assertion in assertions])
        found = asyncio.run(self.sign_in.user(given))
        return found if isinstance(found, Refused) else found.name

    def refused(self, *assertions: str) -> str:
        """Return why an assertion does not count."""
        found = self.user(*assertions)
        assert isinstance(found, Refused), found
        assert found.status == 401
        return found.sentence


@pytest.fixture
def signing() -> Iterator[Signing]:
    proxy = IdentityProxy()
    with publishing(proxy) as url:
        yield Signing(proxy, url)


def test_an_assertion_names_who_is_asking_and_the_keys_are_read_once(signing: Signing) -> None:
    assert [signing.user(signing.proxy.assertion()) for _ in range(5)] == [USER] * 5
    assert signing.user(signing.proxy.assertion(email=None)) == "accounts.google.com:1"
    assert signing.proxy.reads == 1


NOW = int(time.time())
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": f"{AUDIENCE}-2"}, "for another service"),
    "a list of audiences": ({"aud": [AUDIENCE]}, "for another service"),
    "no audience": ({"aud": None}, "for another service"),
    "another issuer": ({"iss": "https://accounts.google.com"}, "issued by somebody else"),
    "expired": ({"iat": NOW - 1_000, "exp": NOW - 100}, "has expired"),
    "not yet": ({"iat": NOW + 1_000, "exp": NOW + 2_000}, "has expired"),
    "no end": ({"exp": None}, "has expired"),
    "an end in words": ({"exp": "tomorrow"}, "has expired"),
    "nobody": ({"email": "", "sub": ""}, "names nobody"),
    "a name with a line in it": ({"email": "ann@example.com\r\nX-Other: 1"}, "names nobody"),
    "a name that is none": ({"email": ["ann@example.com"]}, "names nobody"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_claim_that_is_wrong_does_not_count(signing: Signing, case: str) -> None:
    claims, why = WRONG[case]
    assert why in signing.refused(signing.proxy.assertion(**claims))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS256", "ES384", None, ["ES256"]])
def test_another_algorithm_does_not_count(signing: Signing, algorithm: Any) -> None:
    assertion = signing.proxy.assertion({"alg": algorithm})
    assert "not signed by ES256" in signing.refused(assertion)
    assert "not signed by ES256" in signing.refused(f"{assertion.rpartition('.')[0]}.")


def test_the_public_key_is_no_secret_to_sign_with(signing: Signing) -> None:
    signed = signing.proxy.assertion({"alg": "HS256"}).rpartition(".")[0]
    (key,) = signing.proxy.published.values()
    forged = encoded(hmac.digest(key.encode(), signed.encode(), "sha256"))
    assert "not signed by ES256" in signing.refused(f"{signed}.{forged}")


def test_another_ones_signature_does_not_count(signing: Signing) -> None:
    other = IdentityProxy()
    assert "its signature does not fit" in signing.refused(other.assertion())
    head, _, signature = signing.proxy.assertion().split(".")
    claims = other.assertion(email="eve@example.com").split(".")[1]
    assert "its signature does not fit" in signing.refused(f"{head}.{claims}.{signature}")


DEEP = encoded(b"[" * 5_000)


@pytest.mark.parametrize(
    "text", ["", "x", "a.b", "a.b.c", "....", "e30.e30.", "W10.W10.W10", "é.é.é", "9" * 5_000, f"{DEEP}.e30.e30"]
)
def test_what_is_no_assertion_does_not_count_and_is_not_repeated(signing: Signing, text: str) -> None:
    sentence = signing.refused(text)
    assert sentence.startswith("Nobody is signed in: ")
    assert len(sentence) < 200


def test_an_assertion_is_needed_and_two_are_too_many(signing: Signing) -> None:
    assertion = signing.proxy.assertion()
    for given in ((), (assertion, assertion)):
        assert "has not one header x-goog-iap-jwt-assertion" in signing.refused(*given)


def test_a_new_key_counts_at_once_and_an_old_one_no_more(signing: Signing) -> None:
    old = signing.proxy.assertion()
    assert signing.user(old) == USER
    signing.proxy.rotate("second")
    signing.clock.seconds += AGAIN_SECONDS
    assert signing.user(signing.proxy.assertion()) == USER
    assert "with a key that Google publishes" in signing.refused(old)


def test_a_key_that_is_published_no_more_ends_within_the_hour(signing: Signing) -> None:
    old = signing.proxy.assertion()
    assert signing.user(old) == USER
    signing.proxy.rotate("second")
    assert signing.user(old) == USER
    signing.clock.seconds += KEYS_SECONDS
    assert "with a key that Google publishes" in signing.refused(old)


def test_made_up_keys_do_not_have_the_keys_read_again_and_again(signing: Signing) -> None:
    for number in range(50):
        signing.refused(signing.proxy.assertion({"kid": f"made up {number}"}))
    assert signing.proxy.reads == 1


def test_while_the_keys_are_away_the_last_ones_count(signing: Signing) -> None:
    assert signing.user(signing.proxy.assertion()) == USER
    signing.proxy.away = True
    signing.clock.seconds += KEYS_SECONDS
    assert signing.user(signing.proxy.assertion()) == USER


def test_without_any_key_nobody_can_sign_in_until_there_are_some(signing: Signing) -> None:
    signing.proxy.away = True
    found = signing.user(signing.proxy.assertion())
    assert isinstance(found, Refused)
    assert (found.status, "cannot be read" in found.sentence) == (503, True)
    signing.proxy.away = False
    signing.clock.seconds += AGAIN_SECONDS
    assert signing.user(signing.proxy.assertion()) == USER
