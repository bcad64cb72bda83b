"""A store that does not answer for a while: a SQLite file that somebody locks, a line to an emulator that is silent."""

from __future__ import annotations

import fcntl
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import apsw

from engine.evidence.workers import processes

_LOCKS = (8, 120)  # bytes, and from which on the locks of a log lie: https://sqlite.org/walformat.html (read 2026-11)
STARTS_WITHIN = 30.0  # seconds
CHUNK = 65_536


@contextmanager
def log_locked(file: Path) -> Iterator[None]:
    """Keep all other processes from the write-ahead log of a SQLite file, and so from reading and writing it."""
    with Path(f"{file}-shm").open("r+b") as shared:
        fcntl.lockf(shared, fcntl.LOCK_EX, *_LOCKS)
        yield


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Have a process of its own keep everybody, this one too, from a SQLite file.

    Raises:
        TimeoutError: it cannot lock the file.
    """
    ours, theirs = processes.Pipe()
    holder = processes.Process(target=_hold, args=(file, theirs), daemon=True)
    holder.start()
    try:
        if not ours.poll(STARTS_WITHIN):
            raise TimeoutError(f"{file} cannot be locked")
        yield
    finally:
        ours.close()
        holder.kill()
        holder.join()


def _hold(file: Path, told: Connection) -> None:
    """Lock the file until killed; the connection that stays open keeps its log from being made anew by others."""
    connection = apsw.Connection(str(file))
    connection.execute("SELECT COUNT(*) FROM documents").fetchall()
    with log_locked(file):
        told.send(True)
        threading.Event().wait()


class Line:
    """A line to a server, `host:port`; processes that use its `address` can be left without answers."""

    def __init__(self, server: str) -> None:
        host, _, port = server.rpartition(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._flows = threading.Event()
        self._flows.set()
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        _in_background(self._accept)

    def close(self) -> None:
        """Take no more callers."""
        self._listener.close()
        self._flows.set()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Carry nothing, in neither direction, for as long as the block lasts."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller = self._listener.accept()[0]
                server = socket.create_connection(self._server)
                _in_background(partial(self._carry, caller, server))
                _in_background(partial(self._carry, server, caller))

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(CHUNK):
                self._flows.wait()
                target.sendall(data)


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
