"""Documents that are taken away, over every backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.errors import Conflict
from engine.sandbox.emulators import a_project
from engine.store.base import Delete, Expect, Patch, Put, Store


@pytest.fixture(params=["sqlite", "firestore"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    address = f"sqlite:///{tmp_path}/deletes.db"
    if request.param == "firestore":
        request.getfixturevalue("firestore_emulator")
        address = f"firestore://{a_project()}/(default)"
    opened = open_store(address, SystemClock())
    yield opened
    opened.close()


def test_a_deleted_document_is_not_there_and_its_name_is_free(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1}), Put("things/b", {"f": 1}))
    store.commit(Delete("things/a"))
    assert store.get("things/a") == [None]
    assert [found.name for found in store.find("things")] == ["b"]
    assert store.count("things") == 1
    store.commit(Put("things/a", {"f": 2}, Expect.ABSENT))


def test_what_lies_below_a_deleted_document_stays(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1}), Put("things/a/parts/1", {"f": 1}))
    store.commit(Delete("things/a"))
    assert store.get("things/a/parts/1")[0] is not None


@pytest.mark.parametrize("write", ["commit", "transact"])
def test_a_delete_of_what_is_not_there_is_applied(store: Store, write: str) -> None:
    committed = getattr(store, write)(Delete("things/a"), Put("things/b", {"f": 1}))
    assert len(committed.versions) == 2
    assert store.get("things/b")[0] is not None


@pytest.mark.parametrize("write", ["commit", "transact"])
def test_a_delete_at_a_version_is_refused_at_another_and_nothing_is_applied(store: Store, write: str) -> None:
    old = store.commit(Put("things/a", {"f": 1})).versions[0]
    new = store.commit(Patch("things/a", {"f": 2}, None)).versions[0]
    with pytest.raises(Conflict):
        getattr(store, write)(Put("things/b", {"f": 1}), Delete("things/a", old), Delete("things/c"))
    assert store.get("things/b") == [None]
    getattr(store, write)(Delete("things/a", new))
    assert store.get("things/a") == [None]
    with pytest.raises(Conflict):
        getattr(store, write)(Delete("things/a", new))


def test_a_refused_write_keeps_what_the_commit_would_have_deleted(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1}), Put("things/b", {"f": 1}))
    with pytest.raises(Conflict):
        store.commit(Delete("things/a"), Put("things/b", {"f": 2}, Expect.ABSENT))
    assert store.get("things/a")[0] is not None


def test_a_commit_deletes_and_writes_a_document_once(store: Store) -> None:
    with pytest.raises(ValueError, match="once"):
        store.commit(Put("things/a", {"f": 1}), Delete("things/a"))
