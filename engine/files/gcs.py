"""Files in Cloud Storage.

The library's own retries are off: no time limit bounds them. Reads are repeated here while `PATIENCE_SECONDS` last; a
file is written once, and never over another one.

Source: https://cloud.google.com/storage/docs/request-preconditions (read 2026-11)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import requests
from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError, TransportError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption

from engine.addresses import split
from engine.clock import SystemClock
from engine.errors import FileForbidden, FileMissing, FilesAway
from engine.files.base import Blob
from engine.retry import RetryPolicy, retry

CONNECT_SECONDS, ANSWER_SECONDS = 1.5, 3.0  # together they end a call within five, whatever the server does
PATIENCE_SECONDS = CONNECT_SECONDS + ANSWER_SECONDS
SHORTEST_SECONDS = 0.1  # of a call, also where a pause took longer than it should
PATIENCE = RetryPolicy(first=0.3, seconds=PATIENCE_SECONDS)

SILENT = (
    exceptions.ServerError,
    exceptions.TooManyRequests,
    requests.RequestException,
    TransportError,
    DataCorruption,
)
ABSENT = (exceptions.NotFound, exceptions.BadRequest)  # a name that no bucket can have is a bad request
FORBIDDEN = (exceptions.Forbidden, exceptions.Unauthorized)

T = TypeVar("T")
Limits = tuple[float, float]  # seconds to connect, and from one sign of life to the next


class CloudFiles:
    """The file store in Cloud Storage; our own files lie below `home`, `gs://bucket/prefix`. Safe for threads."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._clock = SystemClock()
        self._opening = threading.Lock()
        self._opened: storage.Client | None = None

    def check(self) -> None:
        """Return when the bucket of our own files can be read; see `Files.check`."""
        self.list(f"{self.home}/", 1)

    def stat(self, path: str) -> Blob:
        """Return what lies at `path`; see `Files.stat`."""

        def ask(limits: Limits) -> Blob:
            blob = self._blob(path)
            blob.reload(retry=None, timeout=limits)
            return Blob(path, blob.generation, blob.size)

        return self._read(path, None, ask)

    def read(self, path: str, generation: int | None = None) -> bytes:
        """Return the content at `path`; see `Files.read`."""

        def ask(limits: Limits) -> bytes:
            content: bytes = self._blob(path, generation).download_as_bytes(retry=None, timeout=limits)
            return content

        return self._read(path, generation, ask)

    def list(self, prefix: str, most: int) -> list[str]:
        """Return the first addresses that begin with `prefix`; see `Files.list`."""
        bucket, name = _parts(f"{prefix}*")
        beginning = name.removesuffix("*")

        def ask(limits: Limits) -> list[str]:
            found = self._client.list_blobs(
                bucket, prefix=beginning, delimiter="/", max_results=most, retry=None, timeout=limits
            )
            return sorted(f"gs://{bucket}/{blob.name}" for blob in found if not blob.name.endswith("/"))

        return self._read(prefix, None, ask)

    def walk(self, folder: str, most: int, after: str = "") -> Sequence[str]:
        """Return the first addresses below `folder` that follow `after`; see `Files.walk`."""
        bucket, name = _parts(f"{folder}*")
        beginning, start = name.removesuffix("*"), after and _parts(after)[1]

        def ask(limits: Limits) -> Sequence[str]:
            found = self._client.list_blobs(
                bucket, prefix=beginning, start_offset=start, max_results=most + 1, retry=None, timeout=limits
            )
            return [f"gs://{bucket}/{blob.name}" for blob in found if blob.name != start and blob.name[-1] != "/"]

        return self._read(folder, None, ask)[:most]

    def create(self, path: str, content: bytes) -> bool:
        """Write `content` where there is nothing yet; see `Files.create`."""
        limits = (CONNECT_SECONDS, ANSWER_SECONDS)
        try:
            with self._asked(path):
                self._blob(path).upload_from_string(content, if_generation_match=0, retry=None, timeout=limits)
        except exceptions.PreconditionFailed:
            return False
        except ABSENT as error:
            raise FileMissing(f"there is no bucket for {path}") from error
        return True

    def delete(self, path: str) -> None:
        """Take away what lies at `path`; see `Files.delete`."""

        def ask(limits: Limits) -> None:
            self._blob(path).delete(retry=None, timeout=limits)

        try:
            self._read(path, None, ask)
        except FileMissing as missing:
            if str(missing).startswith("there is no bucket"):
                raise

    def _read(self, path: str, generation: int | None, ask: Callable[[Limits], T]) -> T:
        """Return what `ask` answers within its time limits; it is asked again while our patience lasts."""
        end = self._clock.monotonic() + PATIENCE_SECONDS

        def step() -> T:
            left = max(end - self._clock.monotonic(), SHORTEST_SECONDS) / 2
            limits = (min(CONNECT_SECONDS, left), min(ANSWER_SECONDS, left))
            with self._asked(path):
                try:
                    return ask(limits)
                except ABSENT as error:
                    raise FileMissing(self._missing(path, generation, limits)) from error

        return retry(step, PATIENCE, _Silence, clock=self._clock)

    def _missing(self, path: str, generation: int | None, limits: Limits) -> str:
        """Return what is missing: Cloud Storage says so of a bucket only to those who ask for its files."""
        bucket = _parts(path)[0]
        try:
            next(iter(self._client.list_blobs(bucket, max_results=1, retry=None, timeout=limits)), None)
        except ABSENT:
            return f"there is no bucket {bucket}"
        return f"{path} was not found" if generation is None else f"{path} was replaced or deleted since it was read"

    def _blob(self, path: str, generation: int | None = None) -> storage.Blob:
        bucket, name = _parts(path)
        return self._client.bucket(bucket).blob(name, generation=generation)

    @property
    def _client(self) -> storage.Client:
        with self._opening:
            if self._opened is None:
                self._opened = storage.Client(project=None)
            return self._opened

    @contextmanager
    def _asked(self, path: str) -> Iterator[None]:
        """Say in our words why there was no answer; what is missing is left to the caller."""
        try:
            yield
        except SILENT as error:
            raise _Silence(f"Cloud Storage does not answer for {path} ({type(error).__name__})") from error
        except FORBIDDEN as error:
            raise FileForbidden(
                f"Draft Maker has no permission for {path}; grant its service account access"
            ) from error
        except GoogleAuthError as error:
            raise FilesAway(f"there are no credentials for Cloud Storage ({error})") from error


class _Silence(FilesAway):
    """No answer, where another try may get one."""


def _parts(path: str) -> tuple[str, str]:
    parts = split(path)
    if parts is None:
        raise FileMissing(f"{path} is not an address of the form gs://bucket/object")
    return parts
