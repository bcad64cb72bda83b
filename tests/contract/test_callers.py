"""Programs at the gate: whose token counts, and how many wrong ones an address may send."""

from __future__ import annotations

import asyncio

import pytest
from starlette.datastructures import Headers

from console.bearer import MOST_ADDRESSES, MOST_WRONG, WITHIN_SECONDS, Bearers
from console.rules import Refused
from engine.access.tokens import Tokens
from engine.domain.access import Token, TokenScope
from engine.errors import StoreAway
from engine.store.base import Store
from tests.support.clocks import FakeClock

WRONG = "dm_0000000000000000_" + "A" * 43


class Away:
    """A store that does not answer."""

    def get(self, *_: str) -> None:
        raise StoreAway("it is away")


class Calls:
    """What programs send, by address; a test moves the clock."""

    def __init__(self, store: Store) -> None:
        self.clock = FakeClock()
        self.tokens = Tokens(store, self.clock)
        self.text = self.tokens.make("nightly", TokenScope.READ, 366).text
        self.bearers = Bearers(self.tokens, self.clock)

    def send(self, *headers: str, address: str = "10.0.0.7") -> Token | Refused | None:
        given = Headers(raw=[(b"authorization", header.encode()) for header in headers])
        return asyncio.run(self.bearers.token(given, address))

    def status(self, *headers: str, address: str = "10.0.0.7") -> int:
        """Return the status of the refusal, 200 for a token that counts, 0 where none is sent."""
        found = self.send(*headers, address=address)
        return 0 if found is None else found.status if isinstance(found, Refused) else 200


@pytest.fixture
def calls(store: Store) -> Calls:
    return Calls(store)


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER  {} "])
def test_a_token_is_known_however_its_header_is_written(calls: Calls, form: str) -> None:
    found = calls.send(form.format(calls.text))
    assert isinstance(found, Token)
    assert found.name == "nightly"


@pytest.mark.parametrize("header", ["", "Basic dm_x", "Bearer", "Bearer eyJhbGciOi.x.y", "Basic YTpi"])
def test_what_is_not_one_of_our_tokens_is_for_others_to_judge(calls: Calls, header: str) -> None:
    assert calls.status(header) == 0
    assert calls.status() == 0


def test_two_tokens_in_one_call_are_none(calls: Calls) -> None:
    assert calls.status(f"Bearer {calls.text}", f"Bearer {calls.text}") == 401


def test_after_ten_wrong_tokens_an_address_waits_a_minute(calls: Calls) -> None:
    assert [calls.status(f"Bearer {WRONG}") for _ in range(MOST_WRONG)] == [401] * MOST_WRONG
    assert calls.status(f"Bearer {WRONG}") == 429
    assert calls.status(f"Bearer {calls.text}") == 429
    assert calls.status(f"Bearer {calls.text}", address="10.0.0.8") == 200
    calls.clock.seconds = WITHIN_SECONDS - 1
    assert calls.status(f"Bearer {calls.text}") == 429
    calls.clock.seconds = WITHIN_SECONDS
    assert calls.status(f"Bearer {calls.text}") == 200


def test_tokens_that_count_are_not_limited(calls: Calls) -> None:
    assert {calls.status(f"Bearer {calls.text}") for _ in range(3 * MOST_WRONG)} == {200}


def test_no_number_of_addresses_fills_the_memory(calls: Calls) -> None:
    for number in range(MOST_ADDRESSES + 5):
        calls.bearers._remember(str(number))
    assert len(calls.bearers._wrong) == MOST_ADDRESSES
    assert "4" not in calls.bearers._wrong


def test_while_the_store_is_away_no_token_counts_and_none_is_wrong(calls: Calls) -> None:
    calls.bearers._tokens = Tokens(Away(), calls.clock)  # type: ignore[arg-type]
    assert {calls.status(f"Bearer {calls.text}") for _ in range(2 * MOST_WRONG)} == {503}
