"""Tokens of programs: made, shown once, checked, revoked, in each store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.access.tokens import KEPT, MOST, TOKENS, MadeToken, Tokens
from engine.clock import SystemClock
from engine.codec import encode, replace
from engine.domain.access import Token, TokenScope, TokenState, digest, written
from engine.errors import BadRequest, IllegalTransition, NotThere
from engine.redaction import redacted
from engine.store.base import Put, Store
from engine.store.sqlite import SQLiteStore
from tests.support.clocks import START, FakeClock

DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def kept(tmp_path: Path, clock: FakeClock) -> Iterator[SQLiteStore]:
    """Lend a store whose clock a test moves."""
    store = SQLiteStore(tmp_path / "clocked.db", clock)
    yield store
    store.close()


@pytest.fixture
def tokens(kept: SQLiteStore, clock: FakeClock) -> Tokens:
    return Tokens(kept, clock)


def made(tokens: Tokens, name: str = "nightly", scope: TokenScope = TokenScope.SUBMIT, days: int = 30) -> MadeToken:
    return tokens.make(name, scope, days, by="ann@example.com")


def test_a_token_counts_until_it_is_revoked_in_each_store(each_store: Store) -> None:
    tokens = Tokens(each_store, SystemClock())
    one, other = made(tokens), made(tokens, "warehouse", TokenScope.READ)
    held = tokens.holder(one.text)
    assert held
    assert (held.token_id, held.name, held.scope) == (one.token.token_id, "nightly", TokenScope.SUBMIT)
    assert [token.name for token in tokens.all()] == ["warehouse", "nightly"]
    assert tokens.revoke(one.token.token_id, by="bob").state(tokens.now()) is TokenState.REVOKED
    assert tokens.holder(one.text) is None
    assert tokens.holder(other.text)
    (_, revoked) = tokens.all()
    assert (revoked.revoked_by, revoked.made_by) == ("bob", "ann@example.com")
    assert revoked.last_used_at


def test_nothing_of_the_secret_is_stored_logged_or_printed(tokens: Tokens, kept: Store) -> None:
    token = made(tokens)
    secret = token.text.rpartition("_")[2][-20:]
    stored = kept.find(TOKENS)
    assert secret not in repr((stored, token, token.token))
    assert secret not in redacted(f"the call with {token.text} broke")


def test_a_secret_that_differs_in_one_letter_does_not_count(tokens: Tokens) -> None:
    one, other = made(tokens), made(tokens, "other")
    last = "B" if one.text[-1] == "A" else "A"
    wrong = [
        one.text[:-1] + last,
        one.text[:-1],
        one.text + "A",
        one.text.upper(),
        f"{one.text} ",
        written(other.token.token_id, one.text.split("_", 2)[2]),
        written("0" * 16, one.text.split("_", 2)[2]),
        "",
        "dm_",
        "dm_../../x_y",
    ]
    assert [text for text in wrong if tokens.holder(text)] == []


def test_a_token_ends_when_it_says(tokens: Tokens, clock: FakeClock) -> None:
    token = made(tokens, days=1)
    clock.seconds = DAY - 1
    assert tokens.holder(token.text)
    clock.seconds = DAY
    assert tokens.holder(token.text) is None
    assert tokens.all()[0].state(tokens.now()) is TokenState.ENDED


def test_a_use_is_written_down_once_a_minute(tokens: Tokens, kept: Store, clock: FakeClock) -> None:
    token = made(tokens)
    versions = []
    for seconds in (0.0, 1.0, 59.0, 60.0, 61.0):
        clock.seconds = seconds
        assert tokens.holder(token.text)
        (document,) = kept.find(TOKENS)
        versions.append(document.version)
    assert versions[0] == versions[1] == versions[2] != versions[3] == versions[4]
    assert tokens.all()[0].last_used_at == START + timedelta(seconds=60)


def test_a_scope_covers_those_before_it_and_an_unknown_one_none() -> None:
    order = [TokenScope.READ, TokenScope.SUBMIT, TokenScope.STEER, TokenScope.ADMIN]
    for place, scope in enumerate(order):
        assert [needed for needed in order if scope.covers(needed)] == order[: place + 1]
    assert not any(TokenScope("publish").covers(needed) for needed in order)


def test_two_tokens_that_count_have_different_names(tokens: Tokens, clock: FakeClock) -> None:
    first = made(tokens, days=1)
    with pytest.raises(IllegalTransition, match="a token nightly already: revoke it first"):
        made(tokens)
    tokens.revoke(first.token.token_id)
    second = made(tokens, days=1)
    clock.seconds = DAY
    assert made(tokens).token.token_id not in {first.token.token_id, second.token.token_id}


@pytest.mark.parametrize("name", ["", " nightly", "nightly ", "x" * 61, "a\nb", "a`b", "näme", "-a"])
def test_a_name_that_cannot_be_one_is_refused(tokens: Tokens, name: str) -> None:
    with pytest.raises(BadRequest, match="letters, digits, blanks, dots and dashes"):
        made(tokens, name)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_without_an_end_in_sight_is_refused(tokens: Tokens, days: int) -> None:
    with pytest.raises(BadRequest, match="for 1 to 366 days"):
        made(tokens, days=days)


def test_a_scope_that_nobody_knows_is_refused(tokens: Tokens) -> None:
    with pytest.raises(BadRequest, match="may read, submit, steer, admin, not publish"):
        made(tokens, scope=TokenScope("publish"))


def test_tokens_that_ended_long_ago_make_room(tokens: Tokens, kept: Store, clock: FakeClock) -> None:
    token = made(tokens, days=1).token
    paths = [f"{number:016x}" for number in range(MOST - 1)]
    kept.commit(*(Put(f"{TOKENS}/{path}", encode(replace(token, token_id=path, name=path))) for path in paths))
    with pytest.raises(IllegalTransition, match="There are 200 tokens"):
        made(tokens, "one more")
    clock.seconds = DAY + KEPT.total_seconds() + 1
    assert made(tokens, "one more").token in tokens.all()
    assert len(tokens.all()) == 1


@pytest.mark.parametrize("token_id", ["", "x", "../x", "0" * 16, "0" * 17])
def test_what_is_no_token_cannot_be_revoked(tokens: Tokens, token_id: str) -> None:
    with pytest.raises(NotThere, match="There is no such token"):
        tokens.revoke(token_id)


def test_who_revoked_a_token_first_stands(tokens: Tokens, clock: FakeClock) -> None:
    token_id = made(tokens).token.token_id
    tokens.revoke(token_id, by="ann")
    clock.seconds = 5.0
    again = tokens.revoke(token_id, by="bob")
    assert (again.revoked_by, again.revoked_at) == ("ann", START)


def test_a_digest_is_of_the_secret_alone() -> None:
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    token = Token("0" * 16, "x", TokenScope.READ, digest("a"), START, START)
    assert token.has("a")
    assert not token.has("b")
