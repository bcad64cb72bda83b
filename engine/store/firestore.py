"""Documents in Firestore, for any number of consoles and workers.

A document's version is its `update_time`, and the store's clock is Firestore's. The library's own retries are off: no
time limit bounds them. Reads are repeated here while `PATIENCE_SECONDS` last; a commit never, because one that got no
answer may have been applied.

Source: https://cloud.google.com/firestore/quotas (10 MiB a request, 1 MiB a document; read 2026-11)
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, TypeVar

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError, TransportError
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from engine.clock import SystemClock
from engine.errors import Conflict, StoreAway
from engine.retry import RetryPolicy, retry, until
from engine.store.base import (
    ANYWHERE,
    Committed,
    Delete,
    Document,
    Expect,
    Fields,
    Order,
    Put,
    Where,
    Write,
    refuse_repeats,
)
from engine.store.firestore_client import Client, WriteTransaction
from engine.store.firestore_snapshot import Page, page
from engine.store.firestore_values import exact, plain, read_back, stored

PATIENCE_SECONDS = 4.0  # so that a call ends within five on a busy machine too, whatever the server does
SHORTEST_SECONDS = 0.1  # of a call, also where a pause took longer than it should
PATIENCE = RetryPolicy(first=0.2, seconds=PATIENCE_SECONDS)
NEVER = Retry(predicate=if_exception_type())  # where the library does not take None for "do not retry"
SILENT = (
    exceptions.Aborted,
    exceptions.Cancelled,
    exceptions.DeadlineExceeded,
    exceptions.InternalServerError,
    exceptions.ResourceExhausted,
    exceptions.ServiceUnavailable,
    exceptions.Unknown,
    TransportError,
)
RANGES = frozenset({"<", "<=", ">", ">="})
UNMET = (exceptions.AlreadyExists, exceptions.FailedPrecondition, exceptions.NotFound)
_PLACE = re.compile(r"(?:/documents|path=)/([^\s}]+)")
_RESERVED = re.compile(r"\.{0,2}|__.*__|.{1500,}", re.DOTALL)

T = TypeVar("T")


class FirestoreStore:
    """The document store in `database` of the Google Cloud project `project`; safe for threads."""

    def __init__(self, project: str, database: str) -> None:
        self._project = project
        self._database = database
        self._clock = SystemClock()
        self._closed = threading.Event()
        self._opening = threading.Lock()

    def get(self, *paths: str) -> list[Document | None]:
        """Return the documents at `paths`; see `Store.get`."""
        possible = {path for path in paths if not any(map(_RESERVED.fullmatch, path.split("/")))}

        def ask(client: firestore.Client, seconds: float) -> dict[str, Document]:
            found = client.get_all([client.document(path) for path in possible], retry=NEVER, timeout=seconds)
            return {snapshot.reference.path: _document(snapshot) for snapshot in found if snapshot.exists}

        documents = self._read(ask) if possible else {}
        return [documents.get(path) for path in paths]

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        """Return the documents that match; see `Store.find`."""
        if any(condition.value is None for condition in where):
            return []

        by_range = order is None and any(condition.comparison in RANGES for condition in where)

        def ask(client: firestore.Client, seconds: float) -> list[Document]:
            query = _query(client, collection, where, order)
            found = (query if by_range else query.limit(limit)).stream(retry=NEVER, timeout=seconds)
            return [_document(snapshot) for snapshot in found]

        found = self._read(ask)
        return sorted(found, key=lambda document: document.path)[:limit] if by_range else found

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        """Return how many documents match; see `Store.count`."""
        return self._aggregated(collection, where, lambda query: query.count())

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        """Return the sum of one field; see `Store.sum`."""
        return self._aggregated(collection, where, lambda query: query.sum(field))

    def _aggregated(self, collection: str, where: Sequence[Where], of: Callable[[firestore.Query], Any]) -> int:
        def ask(client: firestore.Client, seconds: float) -> int:
            return int(of(_query(client, collection, where)).get(retry=NEVER, timeout=seconds)[0][0].value)

        return 0 if any(one.value is None for one in where) else self._read(ask)

    def snapshot(self) -> Iterator[Document]:
        """Yield every document; see `Store.snapshot`."""
        part: Page | None = None
        while part is None or part.last:
            part = self._read(partial(_after, part))
            yield from part.documents

    def commit(self, *writes: Write) -> Committed:
        """Apply all of `writes` or none; see `Store.commit`."""
        with self._asked() as client, _preconditions():
            batch = client.batch()
            _add(batch, client, writes)
            batch.commit(retry=None, timeout=PATIENCE_SECONDS)
            return _committed(batch)

    def transact(self, *writes: Write) -> Committed:
        """Apply all of `writes` or none, in a transaction that reads nothing; see `Store.transact`."""

        @firestore.transactional
        def write(transaction: firestore.Transaction, client: firestore.Client) -> None:
            _add(transaction, client, writes)

        with self._asked() as client, _preconditions():
            transaction = WriteTransaction(client, max_attempts=1)
            write(transaction, client)
            return _committed(transaction)

    def close(self) -> None:
        """Let go of the connection; who waits for the server waits no longer."""
        self._closed.set()
        if "_client" in vars(self):
            self._client.close()

    @cached_property
    def _client(self) -> firestore.Client:
        return Client(project=self._project, database=self._database)

    def _read(self, ask: Callable[[firestore.Client, float], T]) -> T:
        """Return what `ask` answers within the seconds it is given; it is asked again while our patience lasts."""
        end = self._clock.monotonic() + PATIENCE_SECONDS

        def step() -> T:
            with self._asked() as client:
                return ask(client, max(end - self._clock.monotonic(), SHORTEST_SECONDS))

        return retry(step, PATIENCE, _Silence, wait=until(self._closed), clock=self._clock)

    @contextmanager
    def _asked(self) -> Iterator[firestore.Client]:
        """Lend the client, and say in our words why there was no answer."""
        name = f"the job store firestore://{self._project}/{self._database}"
        try:
            with self._opening:
                client = self._client
            yield client
        except SILENT as error:
            raise _Silence(f"{name} does not answer ({_first_line(error)})") from error
        except (exceptions.GoogleAPICallError, GoogleAuthError) as error:
            raise StoreAway(f"{name} refuses ({_first_line(error)})") from error


class _Silence(StoreAway):
    """No answer, where another try may get one."""


@contextmanager
def _preconditions() -> Iterator[None]:
    """Say which precondition of a commit was not met, where Firestore says so."""
    try:
        yield
    except UNMET as error:
        if isinstance(error, exceptions.NotFound) and "to update" not in error.message:
            raise
        place = _PLACE.search(error.message)
        raise Conflict(place[1] if place else "") from error
    except ValueError as error:
        if isinstance(error.__cause__, exceptions.Aborted):  # what the library makes of it in a transaction
            raise error.__cause__ from error
        raise


def _query(
    client: firestore.Client, collection: str, where: Sequence[Where], order: Order | None = None
) -> firestore.Query:
    """Return a query whose answers come in the order of the contract; Firestore breaks ties by path itself."""
    anywhere, name = collection.startswith(ANYWHERE), collection.removeprefix(ANYWHERE)
    query = client.collection_group(name) if anywhere else client.collection(name)
    for condition in where:
        operator = "array_contains" if condition.comparison == "contains" else condition.comparison
        query = query.where(filter=FieldFilter(condition.field, operator, condition.value))
    if order is None:
        return query
    if not any(condition.field == order.field and condition.comparison in RANGES for condition in where):
        query = query.where(filter=FieldFilter(order.field, "!=", None))  # Firestore sorts None; the contract does not
    direction = firestore.Query.DESCENDING if order.descending else firestore.Query.ASCENDING
    return query.order_by(order.field, direction=direction)


def _after(before: Page | None, client: Client, seconds: float) -> Page:
    return page(client, before, seconds)


def _add(batch: firestore.WriteBatch, client: firestore.Client, writes: Sequence[Write]) -> None:
    """Add `writes` to a batch or a transaction, each with its precondition."""
    refuse_repeats(writes)
    for write in writes:
        reference = client.document(write.path)
        if isinstance(write, Put):
            add = batch.create if write.expect is Expect.ABSENT else batch.set
            add(reference, stored(write.fields))
            continue
        seen = None if write.version is None else client.write_option(last_update_time=write.version)
        if isinstance(write, Delete):
            batch.delete(reference, option=seen)
            continue
        fields = {FieldPath(name).to_api_repr(): stored(value) for name, value in write.fields.items()}
        batch.update(reference, fields, option=seen)


def _committed(batch: firestore.WriteBatch) -> Committed:
    return Committed(tuple(result.update_time for result in batch.write_results), plain(batch.commit_time))


def _document(snapshot: firestore.DocumentSnapshot) -> Document:
    fields: Fields = read_back(snapshot._data)  # noqa: SLF001 - `to_dict` copies deeply, a third of a read's time
    return Document(snapshot.reference.path, fields, exact(snapshot.update_time), plain(snapshot.read_time))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
