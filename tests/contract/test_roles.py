"""The list of roles in each store."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.access.people import KNOWN_SECONDS, People
from engine.domain.access import Person, Role
from engine.domain.people import RolePolicy
from engine.errors import IllegalTransition, StoreAway
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from tests.support.clocks import FakeClock

ANN, BEN = Person("ann@example.com"), Person("ben@example.com")


def test_a_role_is_given_changed_and_taken_away(each_store: Store) -> None:
    people = People(each_store, FakeClock(), RolePolicy())
    given = people.assign(ANN.name, Role.ADMIN, by="command line")
    assert (given.role, given.by, given.at is not None) == (Role.ADMIN, "command line", True)
    people.assign(BEN.name, Role.OPERATOR, by=ANN.name)
    assert [people.role(one) for one in (ANN, BEN)] == [Role.ADMIN, Role.OPERATOR]
    people.remove(BEN.name, by=ANN.name)
    assert people.role(BEN) is Role.VIEWER
    with pytest.raises(IllegalTransition):
        people.remove(ANN.name, by=ANN.name)
    with pytest.raises(IllegalTransition):
        people.assign(ANN.name, Role.VIEWER, by=ANN.name)
    assert [one.name for one in people.all()] == [ANN.name]


def test_a_change_by_another_process_counts_within_two_seconds(each_store: Store) -> None:
    clock = FakeClock()
    here, there = People(each_store, clock, RolePolicy()), People(each_store, clock, RolePolicy())
    assert here.role(ANN) is Role.VIEWER
    there.assign(ANN.name, Role.OPERATOR)
    assert there.role(ANN) is Role.OPERATOR
    assert here.role(ANN) is Role.VIEWER
    clock.seconds += KNOWN_SECONDS
    assert here.role(ANN) is Role.OPERATOR


class Away:
    """A store that does not answer."""

    def get(self, *_: str) -> None:
        raise StoreAway("it is away")


def test_while_the_store_is_away_what_was_read_last_counts_and_the_settings_do() -> None:
    away = People(Away(), FakeClock(), RolePolicy(admins=frozenset({ANN.name}), otherwise=None))  # type: ignore[arg-type]
    assert away.role(ANN) is Role.ADMIN
    with pytest.raises(StoreAway):
        away.role(BEN)


def test_what_was_read_before_the_store_went_away_counts_on(tmp_path: Path) -> None:
    clock, store = FakeClock(), SQLiteStore(tmp_path / "t.db")
    people = People(store, clock, RolePolicy())
    people.assign(BEN.name, Role.OPERATOR)
    assert people.role(BEN) is Role.OPERATOR
    store.close()
    clock.seconds += KNOWN_SECONDS
    assert people.role(BEN) is Role.OPERATOR
