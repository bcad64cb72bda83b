"""What only Firestore can show: calls without an answer, answers that get lost, refusals, claims in transactions."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.errors import BadSetting, Conflict, StoreAway
from engine.sandbox.emulators import a_project
from engine.store.base import Expect, Order, Patch, Put, Store, Where
from engine.store.firestore import FirestoreStore
from tests.support.emulators import Wire

LONGEST_SECONDS = 5.0


@pytest.fixture
def wire(firestore_emulator: str) -> Iterator[Wire]:
    wire = Wire(firestore_emulator)
    yield wire
    wire.cut()


@pytest.fixture
def store(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirestoreStore]:
    """Lend a store behind a wire."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", wire.address)
    store = FirestoreStore(a_project(), "(default)")
    yield store
    store.close()


def calls(store: Store) -> dict[str, Callable[[], object]]:
    """Return one call of each kind."""
    return {
        "get": lambda: store.get("things/a", "things/b"),
        "find": lambda: store.find("things", [Where("f", ">", 0)], Order("f")),
        "count": lambda: store.count("things"),
        "commit": lambda: store.commit(Put("things/c", {"f": 1})),
        "transact": lambda: store.transact(Put("things/d", {"f": 1})),
    }


def ends_of(wanted: dict[str, Callable[[], object]]) -> dict[str, tuple[Exception | None, float]]:
    """Make calls at once; return what each ended with and after how many seconds."""
    clock = SystemClock()

    def end(call: Callable[[], object]) -> tuple[Exception | None, float]:
        before = clock.monotonic()
        try:
            call()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            return error, clock.monotonic() - before
        return None, clock.monotonic() - before

    with ThreadPoolExecutor(len(wanted)) as threads:
        return dict(zip(wanted, threads.map(end, wanted.values()), strict=True))


def test_every_call_against_a_dead_store_ends_in_a_clear_error_within_five_seconds(
    firestore_emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: dict[str, Any] = {}
    stores, wires = [], []
    for fault, used_before in ((Wire.cut, True), (Wire.freeze, True), (Wire.freeze, False)):
        wire = Wire(firestore_emulator)
        wires.append(wire)
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", wire.address)
        stores.append(FirestoreStore(a_project(), "(default)"))
        if used_before:
            stores[-1].commit(Put("things/a", {"f": 1}))
        fault(wire)
        wanted |= {f"{fault.__name__} {used_before} {name}": call for name, call in calls(stores[-1]).items()}
    for call, (error, seconds) in ends_of(wanted).items():
        assert isinstance(error, StoreAway), call
        assert "the job store firestore://" in str(error), call
        assert "does not answer" in str(error), call
        assert seconds < LONGEST_SECONDS, call
    for store in stores:
        store.close()
    for wire in wires:
        wire.cut()


def test_a_read_waits_out_a_short_outage(wire: Wire, store: FirestoreStore) -> None:
    store.commit(Put("things/a", {"f": 1}))
    wire.cut()
    threading.Timer(0.7, wire.mend).start()
    assert all(error is None for error, _ in ends_of({k: calls(store)[k] for k in ("get", "find", "count")}).values())


def test_a_store_is_there_again_within_two_seconds_of_its_return(wire: Wire, store: FirestoreStore) -> None:
    store.commit(Put("things/a", {"f": 1}))
    clock = SystemClock()
    wire.cut()
    for _ in range(20):
        with pytest.raises(StoreAway):
            store.commit(Put("things/a", {"f": 2}))
        threading.Event().wait(0.1)
    wire.mend()
    back = clock.monotonic()
    assert store.get("things/a")[0]
    assert clock.monotonic() - back < 2


def test_a_commit_whose_answer_was_lost_is_reported_as_unknown_and_was_applied_once(
    wire: Wire, store: FirestoreStore
) -> None:
    version = store.commit(Put("things/a", {"n": 1})).versions[0]
    wire.mute()

    def renew() -> None:
        wire.cut()
        wire.mend()

    threading.Timer(0.5, renew).start()
    with pytest.raises(StoreAway):
        store.commit(Patch("things/a", {"n": 2}, version), Put("things/b", {}, Expect.ABSENT))
    found = store.get("things/a", "things/b")
    assert [document and document.fields for document in found] == [{"n": 2}, {}]


def test_a_conflict_names_the_document_that_was_there_already(firestore: FirestoreStore) -> None:
    firestore.commit(Put("requests/one", {}))
    with pytest.raises(Conflict) as conflict:
        firestore.commit(Put("things/a", {}, Expect.ABSENT), Put("requests/one", {}, Expect.ABSENT))
    assert conflict.value.path == "requests/one"


def test_what_firestore_refuses_is_told_in_its_own_words(firestore: FirestoreStore) -> None:
    with pytest.raises(StoreAway, match=r"refuses .*longer than"):
        firestore.commit(Put("things/a", {"f": "x" * 1_100_000}))


@pytest.mark.parametrize("name", [".", "..", "__a__", "x" * 1_600])
def test_a_name_that_no_document_can_have_is_not_there(firestore: FirestoreStore, name: str) -> None:
    assert firestore.get(f"things/{name}") == [None]


def test_times_come_back_as_python_s_own(firestore: FirestoreStore) -> None:
    at = datetime(2026, 11, 23, 12, 30, 0, 123456, UTC)
    firestore.commit(Put("things/a", {"at": at, "list": [at], "map": {"at": at}}))
    found = firestore.get("things/a")[0]
    assert found
    assert {type(found.fields["at"]), type(found.fields["list"][0]), type(found.read_at)} == {datetime}


# claims


def test_a_transaction_carries_the_version_that_was_read(firestore: FirestoreStore) -> None:
    version = firestore.commit(Put("things/a", {"f": 1})).versions[0]
    committed = firestore.transact(Patch("things/a", {"f": 2}, version))
    found = firestore.get("things/a")[0]
    assert found
    assert (found.fields, found.version) == ({"f": 2}, committed.versions[0])
    with pytest.raises(Conflict):
        firestore.transact(Patch("things/a", {"f": 3}, version))


def test_a_transaction_that_was_refused_holds_nothing(firestore: FirestoreStore) -> None:
    old = firestore.commit(Put("things/a", {"f": 1})).versions[0]
    firestore.commit(Put("things/a", {"f": 2}))
    clock = SystemClock()
    with pytest.raises(Conflict):
        firestore.transact(Patch("things/a", {"f": 3}, old))
    before = clock.monotonic()
    firestore.commit(Patch("things/a", {"f": 4}, None))
    assert clock.monotonic() - before < 1


def test_of_many_that_claim_one_document_one_succeeds(firestore_emulator: str) -> None:
    project = a_project()
    stores = [FirestoreStore(project, "(default)") for _ in range(8)]
    version = stores[0].commit(Put("things/a", {"by": None})).versions[0]

    def claim(number: int) -> bool:
        try:
            stores[number].transact(Patch("things/a", {"by": number}, version))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1
    for store in stores:
        store.close()


# addresses


@pytest.mark.parametrize("address", ["firestore://", "firestore://p", "firestore://p/", "firestore:///d", "sqlite:///"])
def test_an_address_that_means_no_store_is_refused(address: str) -> None:
    with pytest.raises(BadSetting, match="firestore://PROJECT/DATABASE"):
        open_store(address, SystemClock())


def test_a_laptop_does_not_load_google_s_libraries() -> None:
    loaded = "any(name.startswith(('grpc', 'google.cloud')) for name in sys.modules)"
    code = f"import sys, engine.cli; sys.exit({loaded})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
