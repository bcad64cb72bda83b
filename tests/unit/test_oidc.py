"""Who signs in by OpenID Connect: what counts of a provider's word is signed, for us, of this attempt and in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pydantic import SecretStr

from console.oidc import Asked, Client, NotSignedIn, Provider
from console.signing_keys import AGAIN_SECONDS
from engine.domain.access import Person
from tests.support.clocks import FakeClock
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, USER, OidcProvider, provider

ASKED = Asked("the state", "the nonce", "v" * 64)
CALLBACK = "http://127.0.0.1:8501/sign-in/callback"


class Signing:
    """A provider, the console's client there, and a clock that a test moves."""

    def __init__(self, own: OidcProvider) -> None:
        self.own = own
        self.clock = FakeClock()
        self.provider = self.client()

    def client(self, **changed: Any) -> Provider:
        known = {"issuer": self.own.url, "client_id": CLIENT_ID, "secret": SecretStr(CLIENT_SECRET), **changed}
        return Provider(Client(callback=CALLBACK, **known), self.clock)

    def code(self, asked: Asked = ASKED) -> str:
        """Sign in at the provider's page, and return the code that it sends the browser back with."""
        back = requests.get(self.provider.page(asked), allow_redirects=False, timeout=10).headers["Location"]
        assert back.startswith(CALLBACK)
        said = parse_qs(urlsplit(back).query)
        assert said["state"] == [asked.state]
        return said["code"][0]

    def person(self) -> Person:
        return self.provider.person(self.code(), ASKED)

    def refused(self) -> str:
        """Return why somebody who comes back from the provider has not signed in."""
        with pytest.raises(NotSignedIn) as raised:
            self.person()
        assert not raised.value.away
        return str(raised.value)


@pytest.fixture
def signing() -> Iterator[Signing]:
    with provider() as own:
        yield Signing(own)


def test_the_provider_names_who_has_signed_in_and_their_groups(signing: Signing) -> None:
    signing.own.claims = {"groups": ["sellers", "it-admins", 7]}
    assert signing.person() == Person(USER, frozenset({"sellers", "it-admins"}))
    signing.own.claims = {"groups": "sellers"}
    assert signing.person().groups == frozenset({"sellers"})


def test_keys_and_addresses_are_read_once(signing: Signing) -> None:
    for _ in range(3):
        signing.person()
    assert signing.own.reads == 1


def test_another_claim_can_say_who_somebody_is(signing: Signing) -> None:
    signing.provider = signing.client(name_claim="preferred_username", groups_claim="roles")
    assert "no claim preferred_username" in signing.refused()
    signing.own.claims = {"preferred_username": "ann", "roles": ["seller"], "email_verified": False}
    assert signing.person() == Person("ann", frozenset({"seller"}))


NOW = int(time.time())
UNFIT = "has expired, or its signature or a claim does not fit"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": "another client"}, UNFIT),
    "another audience, for us to act": ({"aud": "another client", "azp": CLIENT_ID}, "for another application"),
    "two audiences without us": ({"aud": ["a", "b"], "azp": CLIENT_ID}, "for another application"),
    "two audiences, and another acts": ({"aud": [CLIENT_ID, "b"], "azp": "b"}, UNFIT),
    "no audience": ({"aud": None}, UNFIT),
    "another issuer": ({"iss": "https://accounts.example.com"}, UNFIT),
    "no issuer": ({"iss": None}, UNFIT),
    "another nonce": ({"nonce": "an older one"}, UNFIT),
    "no nonce": ({"nonce": None}, UNFIT),
    "expired": ({"iat": NOW - 1_000, "exp": NOW - 100}, UNFIT),
    "not yet": ({"iat": NOW + 1_000, "exp": NOW + 2_000}, UNFIT),
    "no end": ({"exp": None}, UNFIT),
    "an end in words": ({"exp": "tomorrow"}, UNFIT),
    "nobody": ({"email": ""}, "no claim email"),
    "a name with a line in it": ({"email": "ann@example.com\r\nX-Other: 1"}, "no claim email"),
    "a name that is none": ({"email": ["ann@example.com"]}, "no claim email"),
    "an address that is not theirs": ({"email_verified": False}, "has not verified your e-mail address"),
    "a token of another one": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, UNFIT),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_claim_that_is_wrong_does_not_count(signing: Signing, case: str) -> None:
    signing.own.claims, why = WRONG[case]
    assert why in signing.refused()


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "ES256", ""])
def test_another_algorithm_than_the_keys_does_not_count(signing: Signing, algorithm: str) -> None:
    signing.own.header = {"alg": algorithm}
    assert UNFIT in signing.refused()


def test_an_elliptic_key_counts_as_well(signing: Signing) -> None:
    signing.own.rotate("elliptic", "ES256")
    assert signing.person().name == USER


def test_a_new_key_counts_within_seconds(signing: Signing) -> None:
    assert signing.person().name == USER
    signing.own.rotate("second")
    assert UNFIT in signing.refused()
    signing.clock.seconds += AGAIN_SECONDS
    assert signing.person().name == USER


def test_a_key_of_somebody_else_under_the_same_name_does_not_count(signing: Signing) -> None:
    assert signing.person().name == USER
    signing.own.rotate("first")
    assert UNFIT in signing.refused()


def test_a_code_counts_once_and_with_its_attempt_and_client_only(signing: Signing) -> None:
    code = signing.code()
    assert signing.provider.person(code, ASKED).name == USER
    other = Asked(ASKED.state, ASKED.nonce, "w" * 64)
    stranger = signing.client(secret=SecretStr("another"))
    for one, given, asked in (
        (signing.provider, code, ASKED),
        (signing.provider, signing.code(), other),
        (stranger, signing.code(), ASKED),
    ):
        with pytest.raises(NotSignedIn, match="did not take the code"):
            one.person(given, asked)


def test_while_the_provider_is_away_nobody_signs_in_until_it_is_back(signing: Signing) -> None:
    signing.own.away = True
    with pytest.raises(NotSignedIn, match="does not answer") as raised:
        signing.provider.page(ASKED)
    assert raised.value.away
    signing.own.away = False
    assert signing.person().name == USER


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://accounts.example.com"},
        {"issuer": None},
        {"token_endpoint": "https://accounts.example.com/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"filler": "x" * 1_000_001},
    ],
)
def test_a_provider_that_says_it_is_another_signs_nobody_in(signing: Signing, said: dict[str, Any]) -> None:
    signing.own.said = said
    with pytest.raises(NotSignedIn, match="does not answer"):
        signing.provider.page(ASKED)
