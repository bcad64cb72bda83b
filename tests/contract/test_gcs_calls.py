"""What only Cloud Storage can show: calls that get no answer, buckets and permissions that are missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from engine.bootstrap import open_files
from engine.errors import BadSetting, FileForbidden, FileMissing, FilesAway
from engine.files.gcs import CloudFiles
from engine.sandbox.emulators import a_bucket
from tests.contract.test_firestore_calls import LONGEST_SECONDS, ends_of
from tests.support.emulators import Wire


@pytest.fixture
def wire(storage_emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Lend a wire to the emulator, in its place."""
    wire = Wire(storage_emulator)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{wire.address}")
    yield wire
    wire.cut()


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a Cloud Storage that gives us no permission, in the emulator's place."""

    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(HTTPStatus.FORBIDDEN)
            self.send_header("content-length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Refuse)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def calls(files: CloudFiles) -> dict[str, Callable[[], object]]:
    """Return one call of each kind."""
    return {
        "stat": lambda: files.stat(f"{files.home}/a.txt"),
        "read": lambda: files.read(f"{files.home}/a.txt"),
        "list": lambda: files.list(f"{files.home}/a", 10),
        "create": lambda: files.create(f"{files.home}/b.txt", b"1"),
        "create much": lambda: files.create(f"{files.home}/c.txt", b"1" * 9_000_000),
    }


def test_every_call_against_a_dead_store_ends_in_a_clear_error_within_five_seconds(
    storage_emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: dict[str, Any] = {}
    for fault in (Wire.cut, Wire.freeze):
        wire = Wire(storage_emulator)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{wire.address}")
        files = CloudFiles(f"gs://{a_bucket()}/prefix")
        files.create(f"{files.home}/a.txt", b"1")
        fault(wire)
        wanted |= {f"{fault.__name__} {name}": call for name, call in calls(files).items()}
    for call, (error, seconds) in ends_of(wanted).items():
        assert isinstance(error, FilesAway), call
        assert "does not answer" in str(error), call
        assert seconds < LONGEST_SECONDS, call


def test_a_read_waits_out_a_short_outage(wire: Wire, cloud_files: CloudFiles) -> None:
    cloud_files.create(f"{cloud_files.home}/a.txt", b"1")
    wire.cut()
    threading.Timer(1, wire.mend).start()
    assert cloud_files.read(f"{cloud_files.home}/a.txt") == b"1"


def test_a_missing_bucket_and_a_missing_file_are_told_apart(cloud_files: CloudFiles) -> None:
    for attempt in (cloud_files.stat, cloud_files.read):
        with pytest.raises(FileMissing, match="there is no bucket nowhere"):
            attempt("gs://nowhere/a.txt")
        with pytest.raises(FileMissing, match=r"none\.txt was not found"):
            attempt(f"{cloud_files.home}/none.txt")
    with pytest.raises(FileMissing, match="there is no bucket"):
        cloud_files.create("gs://nowhere/a.txt", b"1")


@pytest.mark.usefixtures("refusing")
def test_a_missing_permission_is_told_with_what_to_do() -> None:
    for call, (error, _) in ends_of(calls(CloudFiles("gs://bucket/prefix"))).items():
        assert isinstance(error, FileForbidden), call
        assert "gs://bucket/prefix/" in str(error), call


def test_a_large_file_goes_up_in_pieces_and_comes_back_whole(cloud_files: CloudFiles) -> None:
    path, content = f"{cloud_files.home}/large", b"x" * 9_500_000
    assert cloud_files.create(path, content)
    found = cloud_files.stat(path)
    assert cloud_files.read(path, found.generation) == content


@pytest.mark.parametrize("address", ["gs://", "gs:///x", "s3://b", "file:"])
def test_an_address_that_means_no_store_is_refused(address: str) -> None:
    with pytest.raises(BadSetting, match="gs://BUCKET/PREFIX"):
        open_files(address)
