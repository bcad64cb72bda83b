"""A SQLite store that was closed holds no file open, whatever read from it at that moment."""

from __future__ import annotations

from pathlib import Path

from engine.store.base import Put
from engine.store.sqlite import SQLiteStore


def open_files(folder: Path) -> list[str]:
    held = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [path for path in held if path.startswith(str(folder))]


def test_a_connection_that_is_lent_when_the_store_closes_is_closed_when_it_comes_back(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "store.db")
    store.commit(Put("things/one", {"at": 1}))
    with store._connection():
        store.close()
        assert open_files(tmp_path)
    assert not open_files(tmp_path)
