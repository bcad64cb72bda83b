"""The emulators of Firestore and Cloud Storage, started once a test session, and a wire to them that can be cut.

Where an emulator is missing, the tests that need it are skipped; in CI they fail.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from engine.files.gcs import CloudFiles
from engine.sandbox.emulators import a_bucket, a_project, firestore_missing, running_firestore, running_storage
from engine.store.firestore import FirestoreStore


@pytest.fixture(scope="session")
def firestore_emulator() -> Iterator[str]:
    """Run Firestore's emulator; `host:port`. Google's library finds it in the environment."""
    missing = firestore_missing()
    if missing:
        _absent(missing)
    with running_firestore() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", address)
        yield address


@pytest.fixture(scope="session")
def storage_emulator() -> Iterator[str]:
    """Run Cloud Storage's emulator; its URL. Google's library finds it in the environment."""
    with contextlib.ExitStack() as running:
        try:
            url = running.enter_context(running_storage())
        except RuntimeError as error:
            _absent(str(error))
        yield url


@pytest.fixture
def firestore(firestore_emulator: str) -> Iterator[FirestoreStore]:
    """Lend a Firestore with nothing in it."""
    store = FirestoreStore(a_project(), "(default)")
    yield store
    store.close()


@pytest.fixture
def cloud_files(storage_emulator: str) -> CloudFiles:
    """Lend a bucket with nothing in it."""
    return CloudFiles(f"gs://{a_bucket()}/prefix")


def a_place(firestore: str, storage: str) -> dict[str, str]:
    """Return the settings of an installation that begins with nothing, on the emulators at these addresses."""
    return {
        "DM_STORE": f"firestore://{a_project()}/(default)",
        "DM_FILES": f"gs://{a_bucket()}/files",
        "FIRESTORE_EMULATOR_HOST": firestore,
        "STORAGE_EMULATOR_HOST": storage,
    }


class Wire:
    """A line to a server on this machine that can be cut, mended, frozen (nothing passes), or muted (no answers).

    Its `address` stays the same over all of that.
    """

    def __init__(self, target: str) -> None:
        self._target = ("127.0.0.1", int(target.rpartition(":")[2]))
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._open = threading.Event()
        self._answers = threading.Event()
        self._listener = self._listen(0)
        self._port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self._port}"
        self._open.set()
        self._answers.set()

    def cut(self) -> None:
        """Close every connection, and refuse new ones."""
        with self._lock:
            self._close(self._listener)
            sockets, self._sockets = self._sockets, set()
        for connection in sockets:
            self._close(connection)
        self._open.set()
        self._answers.set()

    def mend(self) -> None:
        """Take connections again after a cut."""
        self._listener = self._listen(self._port)

    def freeze(self) -> None:
        """Let nothing through, without closing anything; only a cut ends it."""
        self._open.clear()

    def mute(self) -> None:
        """Let requests through and their answers not; only a cut ends it."""
        self._answers.clear()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                if far := self._through(near, listener):
                    for source, sink, gate in ((near, far, self._open), (far, near, self._answers)):
                        threading.Thread(target=self._pump, args=(source, sink, gate), daemon=True).start()

    def _through(self, near: socket.socket, listener: socket.socket) -> socket.socket | None:
        """Connect `near` with the server; None, and `near` closed, where that fails or the line was cut meanwhile."""
        try:
            far = socket.create_connection(self._target)
        except OSError:
            self._close(near)
            return None
        with self._lock:
            if listener.fileno() >= 0:
                self._sockets |= {near, far}
                return far
        self._close(near)
        self._close(far)
        return None

    def _pump(self, source: socket.socket, sink: socket.socket, gate: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self._open.wait()
                gate.wait()
                sink.sendall(data)
        self._close(source)
        self._close(sink)

    def _close(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


def _absent(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
