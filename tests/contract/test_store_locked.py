"""A SQLite store whose write-ahead log another process keeps locked does not answer, and answers again after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import StoreAway
from engine.evidence.absence import locked
from engine.store.base import Put
from engine.store.sqlite import SQLiteStore


def test_a_store_whose_log_is_locked_is_away_until_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = SQLiteStore(path)
    store.commit(Put("things/one", {"at": 1}))
    with locked(path), pytest.raises(StoreAway, match="does not answer"):
        store.count("things")
    assert store.count("things") == 1
    store.close()
