"""Documents in one SQLite file, for a laptop and for tests.

One table of documents with a version column. SQLite comes with the `apsw` package rather than with Python, because
releases before 3.51.3 can corrupt a write-ahead log that several connections write to
(https://sqlite.org/wal.html#walresetbug, read 2026-11), and Debian 12 ships 3.40.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import apsw

from engine.clock import Clock, SystemClock
from engine.errors import Conflict, StoreAway
from engine.retry import RetryPolicy, retry
from engine.store.base import (
    ANYWHERE,
    Committed,
    Delete,
    Document,
    Expect,
    Order,
    Patch,
    Put,
    Version,
    Where,
    Write,
    refuse_repeats,
)
from engine.store.json_values import TIME, decode, encode
from engine.store.sqlite_schema import SCHEMA

WAIT_MILLISECONDS = 8_000
OPENING = RetryPolicy(first=0.02, seconds=WAIT_MILLISECONDS / 1_000)

# A commit that deletes nothing is one statement: apsw lets go of Python's lock once for it, so that other threads
# run until it is on the disk and never keep it waiting half-way.
COMMIT = "INSERT INTO documents VALUES {} ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body"

AWAY = (
    apsw.BusyError,
    apsw.ProtocolError,  # the locks of the write-ahead log are held for longer than SQLite tries
    apsw.CantOpenError,
    apsw.IOError,
    apsw.FullError,
    apsw.ReadOnlyError,
    apsw.NotADBError,
)


class SQLiteStore:
    """The document store in the file at `path`; safe for threads, and for processes on one machine."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._idle: list[apsw.Connection] = []

    def get(self, *paths: str) -> list[Document | None]:
        """Return the documents at `paths`; see `Store.get`."""
        now = self._clock.now()
        query = "SELECT version, body FROM documents WHERE collection = ? AND name = ?"
        with self._connection() as connection, _snapshot(connection, len(paths)):
            rows: list[Any] = [connection.execute(query, _split(path)).fetchone() for path in paths]
        return [
            Document(path, decode(row[1]), row[0], now) if row else None for path, row in zip(paths, rows, strict=True)
        ]

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        """Return the documents that match; see `Store.find`."""
        condition, values = _condition(collection, where)
        sort = "collection, name"
        if order:
            condition += f" AND {_column(order.field)} IS NOT NULL"
            direction = "DESC" if order.descending else "ASC"
            sort = f"{_column(order.field)} {direction}, collection {direction}, name {direction}"
        query = f"SELECT collection, name, version, body FROM documents WHERE {condition} ORDER BY {sort} LIMIT ?"  # noqa: S608
        now = self._clock.now()
        with self._connection() as connection:
            rows: list[Any] = connection.execute(query, (*values, limit)).fetchall()
        return [Document(f"{place}/{name}", decode(body), version, now) for place, name, version, body in rows]

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        """Return how many documents match; see `Store.count`."""
        condition, values = _condition(collection, where)
        with self._connection() as connection:
            query = f"SELECT count(*) FROM documents WHERE {condition}"  # noqa: S608
            return int(connection.execute(query, values).get)

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        """Return the sum of one field; see `Store.sum`."""
        condition, values = _condition(collection, where)
        kind = f"json_type(body, '$.\"{field}\"') = 'integer'"
        with self._connection() as connection:
            query = f"SELECT sum({_column(field)}) FROM documents WHERE {condition} AND {kind}"  # noqa: S608
            return int(connection.execute(query, values).get or 0)

    def snapshot(self) -> Iterator[Document]:
        """Yield every document; see `Store.snapshot`. The write-ahead log keeps what is written meanwhile."""
        now, connection = self._clock.now(), self._open()
        try:
            rows: Iterator[Any] = connection.execute("SELECT collection, name, version, body FROM documents")
            for place, name, version, body in rows:
                yield Document(f"{place}/{name}", decode(body), version, now)
        except AWAY as error:
            raise self._away(error) from error
        finally:
            connection.close()

    def commit(self, *writes: Write) -> Committed:
        """Apply all of `writes` or none; see `Store.commit`."""
        refuse_repeats(writes)
        version = secrets.randbits(62)  # every commit has its own: no document was ever at it
        kept = [_row(write, version) for write in writes if not isinstance(write, Delete)]
        query = COMMIT.format(", ".join(row for row, _ in kept))
        values = tuple(chain.from_iterable(value for _, value in kept))
        gone = [write for write in writes if isinstance(write, Delete)]
        with self._connection() as connection, _transaction(connection, bool(gone)):
            for write in gone:
                _delete(connection, write)
            try:
                if kept:
                    connection.execute(query, values)
            except apsw.ConstraintError as error:
                raise Conflict from error
        return Committed((version,) * len(writes), self._clock.now())

    def transact(self, *writes: Write) -> Committed:
        """Apply all of `writes` or none; see `Store.transact`: here every commit is a transaction."""
        return self.commit(*writes)

    def close(self) -> None:
        """Close every connection; those that are lent close when they come back."""
        idle, self._idle = self._idle, []
        while idle:
            idle.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[apsw.Connection]:
        """Lend a connection to one thread at a time; a failed one is not lent again."""
        idle = self._idle
        try:
            connection = idle.pop()
        except IndexError:
            connection = self._open()
        try:
            yield connection
        except AWAY as error:
            connection.close()
            raise self._away(error) from error
        except BaseException:
            idle.append(connection)
            raise
        idle.append(connection)

    def _open(self) -> apsw.Connection:
        """Return a new connection; who makes the file at the same moment as others waits for them."""
        try:  # SQLite does not wait by itself while the journal mode changes
            return retry(self._connect, OPENING, apsw.BusyError)
        except (*AWAY, OSError) as error:
            raise self._away(error) from error

    def _connect(self) -> apsw.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(str(self._path))
        connection.set_busy_timeout(WAIT_MILLISECONDS)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.execute(SCHEMA)
        return connection

    def _away(self, error: Exception) -> StoreAway:
        if isinstance(error, apsw.FullError):
            return StoreAway(f"the disk of the job store {self._path} is full: make room on it")
        if isinstance(error, apsw.ReadOnlyError):
            return StoreAway(f"the job store {self._path} is read-only: let the engine write the file and its folder")
        return StoreAway(f"the job store {self._path} does not answer ({error})")


def _row(write: Put | Patch, version: Version) -> tuple[str, list[object]]:
    """Return the row that `write` puts, as SQL with its values; its body is NULL, and so refused, where it must not."""
    collection, name = _split(write.path)
    if isinstance(write, Patch):
        sets = "".join(f", '$.\"{field}\"', json(?)" for field in write.fields)
        body = f"(SELECT json_set(body{sets}) FROM documents WHERE collection = ? AND name = ?{{}})"  # noqa: S608
        seen = [] if write.version is None else [write.version]
        changed = [*map(encode, write.fields.values()), collection, name, *seen]
        return f"(?, ?, ?, {body.format(' AND version = ?' * len(seen))})", [collection, name, version, *changed]
    if write.expect is Expect.ABSENT:
        body = "(SELECT ? WHERE NOT EXISTS (SELECT 1 FROM documents WHERE collection = ? AND name = ?))"
        return f"(?, ?, ?, {body})", [collection, name, version, encode(write.fields), collection, name]
    return "(?, ?, ?, ?)", [collection, name, version, encode(write.fields)]


def _condition(collection: str, where: Sequence[Where]) -> tuple[str, list[object]]:
    parts = ["collection GLOB ?" if collection.startswith(ANYWHERE) else "collection = ?"]
    values: list[object] = [collection]
    for condition in where:
        value, types, inner = _comparable(condition.value)
        path = f"'$.\"{condition.field}\"'"
        if condition.comparison == "contains":
            element = f"SELECT 1 FROM json_each(body, {path}) WHERE type IN {types} AND value = ?"  # noqa: S608
            if isinstance(condition.value, str):  # seen at a glance in most documents, before they are taken apart
                parts.append("instr(body, ?)")
                values.append(encode(value))
            parts.append(f"json_type(body, {path}) = 'array' AND EXISTS ({element})")
        else:
            column = _column(condition.field)
            parts.append(f"{column} {condition.comparison} ? AND {column} IS NOT NULL")
            if not _is_plain(condition):
                parts.append(f"json_type(body, {path[:-1]}{inner}') IN {types}")
        values.append(value)
    return " AND ".join(parts), values


def _is_plain(condition: Where) -> bool:
    """Whether a text equals a field only where that holds a text too: what holds other fields is text that begins so.

    Then the index alone answers, and no document is taken apart.
    """
    value = condition.value
    return condition.comparison == "==" and isinstance(value, str) and not value.startswith(("{", "["))


def _comparable(value: Any) -> tuple[object, str, str]:
    """Return a value as SQL compares it, the JSON types it can be compared with, and where in a field they stand."""
    match value:
        case bool():
            return value, "('true', 'false')", ""
        case int() | float():
            return value, "('integer', 'real')", ""
        case str():
            return value, "('text')", ""
        case datetime():
            return encode(value), "('text', 'object')", f'."{TIME}"'
    return None, "('null')", ""  # nothing equals None


def _column(field: str) -> str:
    """Return a field as SQL. A time comes out as its JSON text, which sorts as times do."""
    return f"body ->> '{field}'"


@contextmanager
def _snapshot(connection: apsw.Connection, reads: int) -> Iterator[None]:
    """Have several reads see one moment; a single one does so by itself."""
    if reads < 2:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _transaction(connection: apsw.Connection, wanted: bool) -> Iterator[None]:
    """Have several writes be applied together or not at all; a single one does so by itself."""
    if not wanted:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _delete(connection: apsw.Connection, write: Delete) -> None:
    """Take a document away.

    Raises:
        Conflict: it is not there, or not at the version that was asked for.
    """
    query, values = "DELETE FROM documents WHERE collection = ? AND name = ?", [*_split(write.path)]
    if write.version is None:
        connection.execute(query, values)
        return
    connection.execute(f"{query} AND version = ?", [*values, write.version])
    if not connection.changes():
        raise Conflict


def _split(path: str) -> tuple[str, str]:
    collection, _, name = path.rpartition("/")
    return collection, name
