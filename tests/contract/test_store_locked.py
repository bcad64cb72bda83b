"""A SQLite store whose write-ahead log another process keeps locked does not answer, and answers again after that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import StoreAway
from engine.store.base import Put
from engine.store.sqlite import SQLiteStore

HOLD = """
import fcntl, sys
with open(sys.argv[1], "r+b") as shared:
    fcntl.lockf(shared, fcntl.LOCK_EX, 8, 120)
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_store_whose_log_is_locked_is_away_until_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = SQLiteStore(path)
    store.commit(Put("things/one", {"at": 1}))
    command = [sys.executable, "-c", HOLD, f"{path}-shm"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreAway, match="does not answer"):
            store.count("things")
        holder.stdin.close()
        assert holder.wait(10) == 0
    assert store.count("things") == 1
    store.close()
