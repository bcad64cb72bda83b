"""The contract of a document store. It knows documents, not jobs: leases, counters and states are rules above it.

A document lives at a path of alternating collection and name (`batch_jobs/batch_1/items/000007`) and holds JSON types
and aware UTC times, in lists and in maps, whose names are not empty. A backend compares versions and writes; it decides
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Protocol

Fields = dict[str, Any]
Comparison = Literal["==", "<=", ">=", "<", ">", "contains"]
Version = int | datetime


class Expect(Enum):
    """What a Put demands of the document it replaces."""

    ABSENT = "absent"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read. `read_at` is the store's own clock at that moment."""

    path: str
    fields: Fields
    version: Version
    read_at: datetime

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole document; with `Expect.ABSENT` only where there is none."""

    path: str
    fields: Fields
    expect: Expect = Expect.ANYTHING


@dataclass(frozen=True, slots=True)
class Patch:
    """Replace the named top-level fields, one at least, of a document that exists.

    With a `version` only while the document is at that version; with None at any.
    """

    path: str
    fields: Fields
    version: Version | None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a document away; documents below it stay.

    With a `version` only while the document is at that version; with None whether it is there or not.
    """

    path: str
    version: Version | None = None


Write = Put | Patch | Delete


def refuse_repeats(writes: Sequence[Write]) -> None:
    """Refuse a commit that writes to a document twice; stores differ in what they make of it.

    Raises:
        ValueError: it does.
    """
    if len({write.path for write in writes}) < len(writes):
        raise ValueError("a commit writes to each document once")


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one top-level field.

    A comparison holds only for documents that have the field, not None, with a value of the same type.
    `contains` holds for a list that has the value as an element.
    """

    field: str
    comparison: Comparison
    value: Any


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by one top-level field, of one type; documents that lack it or hold None there are left out."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit that was applied: the new version of each document, in the order of the writes; the store's clock.

    The version of a document that was taken away means nothing.
    """

    versions: tuple[Version, ...]
    at: datetime


ANYWHERE = "*/"
"""Before the name of a collection: every collection of that name, below whatever document it lies."""


class Store(Protocol):
    """A store of documents. Every method is one atomic step and raises StoreAway when the store does not answer.

    A query asks one collection, or with `ANYWHERE` all of one name: `*/items` is the rows of all batches.
    """

    def get(self, *paths: str) -> list[Document | None]:
        """Return the documents at `paths`, in that order and as they stand at one moment; None where there is none."""
        ...

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        """Return at most `limit` documents directly in `collection` for which every condition holds.

        Documents of sub-collections are not in it. Without an `order` they come by path; equal ones by path too, in
        the direction of the order.
        """
        ...

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        """Return how many documents directly in `collection` hold every condition."""
        ...

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        """Return the sum of one field that holds integers, over the documents that `count` counts.

        Those that lack it, or hold anything else there, add nothing.
        """
        ...

    def snapshot(self) -> Iterator[Document]:
        """Yield every document, in no order, as they all stood at the moment of the first; writers go on meanwhile."""
        ...

    def commit(self, *writes: Write) -> Committed:
        """Apply all of `writes`, durably, or none of them; they are to different documents.

        Raises:
            Conflict: a Put that expects none found a document; a Patch found none, or one at another version,
                and so did a Delete with a version.
            StoreAway: the store did not answer. The commit may have been applied: read before writing again.
        """
        ...

    def transact(self, *writes: Write) -> Committed:
        """Do what `commit` does, in a transaction of the store; for claims, where many reach for the same documents.

        Raises:
            Conflict: as with `commit`.
            StoreAway: as with `commit`.
        """
        ...

    def close(self) -> None:
        """Let go of connections; the store is not used again."""
        ...
