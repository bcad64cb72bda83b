"""Tests of connections: asked for once, made by one worker, answered once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.batches.connections import ANSWERED_WITHIN, PATH, ConnectionTests
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.services import Service
from engine.sandbox.emulators import a_project
from engine.store.base import Patch, Store


@pytest.fixture(params=["sqlite", "firestore"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/store.db"
    else:
        request.getfixturevalue("firestore_emulator")
        address = f"firestore://{a_project()}/(default)"
    opened = open_store(address, SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def tests(store: Store) -> ConnectionTests:
    return ConnectionTests(store, SystemClock())


def asked_before(store: Store, service: Service, length: timedelta) -> datetime:
    """Have the test of a service been asked for so long ago."""
    found = store.get(PATH)[0]
    assert found is not None
    then = found.read_at - length
    store.commit(Patch(PATH, {service: {**found.fields[service], "asked_at": then}}, None))
    return then


def test_nobody_has_anything_to_do_before_the_first_test(tests: ConnectionTests) -> None:
    assert tests.known() == {}
    assert tests.take("worker") == []


def test_of_many_workers_one_is_given_a_test(tests: ConnectionTests) -> None:
    for service in Service:
        tests.ask(service, by="maria")
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(tests.take, [f"worker-{number}" for number in range(8)]))
    given = [test for each in taken for test in each]
    assert sorted(test.service for test in given) == sorted(Service)
    assert {test.worker for test in tests.known().values()} == {given[0].worker}
    assert {test.asked_by for test in given} == {"maria"}


def test_an_open_test_stands_and_a_new_one_is_asked_for_after_its_end(tests: ConnectionTests) -> None:
    first = tests.ask(Service.EBAY)
    assert tests.ask(Service.EBAY) == first
    (taken,) = tests.take("worker")
    assert tests.ask(Service.EBAY).asked_at == first.asked_at
    tests.answer(replace(taken, ok=True, sentence="eBay answers."))
    known = tests.known()[Service.EBAY]
    assert (known.ok, known.sentence, known.worker) == (True, "eBay answers.", "worker")
    assert known.done_at is not None
    assert tests.ask(Service.EBAY).done_at is None


def test_a_test_that_nobody_has_answered_in_time_is_over(store: Store, tests: ConnectionTests) -> None:
    tests.ask(Service.DISCOGS)
    then = asked_before(store, Service.DISCOGS, ANSWERED_WITHIN)
    assert tests.take("worker") == []
    found = tests.known()[Service.DISCOGS]
    assert found.sentence_at(then + ANSWERED_WITHIN, engines=1) == "No engine has answered: ask again."
    assert tests.ask(Service.DISCOGS).asked_at > then


def test_a_late_answer_does_not_stand_for_a_newer_test(store: Store, tests: ConnectionTests) -> None:
    tests.ask(Service.DISCOGS)
    (late,) = tests.take("slow")
    asked_before(store, Service.DISCOGS, ANSWERED_WITHIN)
    newer = tests.ask(Service.DISCOGS)
    tests.answer(replace(late, ok=False, sentence="Discogs: too late."))
    assert tests.known()[Service.DISCOGS] == newer
