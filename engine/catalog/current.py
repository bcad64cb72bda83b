"""A file that is only read, opened again once another was put in its place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from urllib.parse import quote

import apsw

from engine.clock import Clock
from engine.errors import CatalogDamaged, DocumentBroken
from engine.log import get_logger

log = get_logger(__name__)

LOOK_SECONDS = 5.0


class Described(Protocol):
    """What was opened."""

    @property
    def described(self) -> dict[str, str | int]:
        """Return what the log says of it."""
        ...


T = TypeVar("T", bound=Described)
A = TypeVar("A")


class Current(Generic[T]):
    """What `opener` opens at a path, opened again once another file was put in its place. Safe for threads.

    A file that is damaged counts as none until another takes its place.
    """

    def __init__(self, path: Path, clock: Clock, opener: Callable[[Path], T | None]) -> None:
        self._path = path
        self._clock = clock
        self._opener = opener
        self._lock = threading.Lock()
        self._known: tuple[int, int] | None = None
        self._found: T | None = None
        self._looked_at = float("-inf")

    def look(self) -> T | None:
        """Return what is there; whether there is a new file is looked for every `LOOK_SECONDS`.

        The one before is closed with the last row that reads it.
        """
        with self._lock:
            now = self._clock.monotonic()
            if now - self._looked_at < LOOK_SECONDS:
                return self._found
            self._looked_at = now
            seen = _seen(self._path)
            if seen != self._known:
                self._known = seen
                self._found = self._opened()
            return self._found

    def give_up(self, damaged: CatalogDamaged) -> None:
        """Do without the file, which is damaged, until another takes its place."""
        log.error("catalog_damaged", error=str(damaged))
        with self._lock:
            self._found = None

    def _opened(self) -> T | None:
        try:
            found = self._opener(self._path)
        except CatalogDamaged as damaged:
            log.error("catalog_damaged", error=str(damaged))  # noqa: TRY400 - the sentence says it all
            return None
        if found:
            log.info("catalog_opened", file=self._path.name, **found.described)
        return found


def opened(
    path: Path,
    read_about: Callable[[apsw.Connection], A],
    damaged: Callable[[str], CatalogDamaged],
    *,
    finished: Callable[[A], bool] = lambda _: True,
) -> tuple[apsw.Connection, A]:
    """Return a connection to a finished database, and what it says of itself; `damaged` makes the error of a reason.

    Raises:
        CatalogDamaged: it is another kind of file, of another version, not `finished`, or was cut off.
    """
    connection = None
    try:
        connection = _connected(path)
        about = read_about(connection)
        whole = _is_whole(connection, path)
    except (apsw.Error, OSError, ValueError, DocumentBroken) as error:
        if connection:
            connection.close()
        raise damaged(str(error)) from error
    if not whole or not finished(about):
        connection.close()
        raise damaged("it is not complete")
    return connection, about


def _connected(path: Path) -> apsw.Connection:
    """Return a connection to a finished database, which nobody writes any more."""
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(f"file:{quote(str(path.absolute()))}?immutable=1", flags=flags)


def _is_whole(connection: apsw.Connection, path: Path) -> bool:
    """Whether nothing was cut off the file."""
    whole: bool = connection.pragma("page_count") * connection.pragma("page_size") == path.stat().st_size
    return whole


def _seen(path: Path) -> tuple[int, int] | None:
    """Return by what the file at a path is known again, None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
