"""A store beside a plain dict: whatever is written in whatever order, they hold the same."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.errors import Conflict
from engine.sandbox.emulators import a_project
from engine.store.base import Expect, Order, Patch, Put, Store, Where, Write
from engine.store.firestore import FirestoreStore
from engine.store.sqlite import SQLiteStore

NAMES = st.sampled_from(["a", "b", "c", "d"])
FIELDS = st.sampled_from(["f", "g", "due_at"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
KEYS = TEXTS.filter(bool)
TIMES = st.integers(0, 10**9).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=seconds))
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | TEXTS | TIMES
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=2), max_leaves=4
)
DOCUMENTS = st.dictionaries(FIELDS, VALUES, max_size=3)


class StoreBesideDict(RuleBasedStateMachine):
    """Every commit goes to both. `versions` are those the store gave, `old` one that was current once."""

    unseen: Any = 0  # a version that no document has

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = self.open()
        self.model: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, Any] = {}
        self.old: dict[str, Any] = {}

    def open(self) -> Store:
        return SQLiteStore(Path(self.folder.name) / "store.db")

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(
        writes=st.lists(
            st.tuples(st.sampled_from(["put", "create"]), NAMES, DOCUMENTS)
            | st.tuples(st.sampled_from(["patch", "stale", "any"]), NAMES, DOCUMENTS.filter(bool)),
            min_size=1,
            max_size=4,
            unique_by=lambda write: write[1],
        )
    )
    def commit(self, writes: list[tuple[str, str, dict[str, Any]]]) -> None:
        wanted = [self._write(*write) for write in writes]
        allowed = all(self._allowed(*write) for write in writes)
        try:
            committed = self.store.commit(*wanted)
        except Conflict:
            assert not allowed
            return
        assert allowed
        for (kind, name, fields), version in zip(writes, committed.versions, strict=True):
            kept = {} if kind in ("put", "create") else self.model[name]
            self.model[name] = {**kept, **fields}
            if version != self.versions.get(name):  # Firestore keeps the version where nothing changed
                self.old[name], self.versions[name] = self.versions.get(name), version

    def _write(self, kind: str, name: str, fields: dict[str, Any]) -> Write:
        path = f"things/{name}"
        if kind in ("put", "create"):
            return Put(path, fields, Expect.ABSENT if kind == "create" else Expect.ANYTHING)
        stale = self.old.get(name) or self.unseen
        version = {"any": None, "stale": stale}.get(kind, self.versions.get(name, self.unseen))
        return Patch(path, fields, version)

    def _allowed(self, kind: str, name: str, _fields: object) -> bool:
        return {"put": True, "create": name not in self.model, "stale": False}.get(kind, name in self.model)

    @rule(field=FIELDS, value=SCALARS, comparison=st.sampled_from(["==", "<", "<=", ">", ">="]))
    def compare(self, field: str, value: Any, comparison: str) -> None:
        expected = {name for name, fields in self.model.items() if _holds(fields.get(field), comparison, value)}
        where = [Where(field, comparison, value)]  # type: ignore[arg-type]
        assert {document.name for document in self.store.find("things", where)} == expected
        assert self.store.count("things", where) == len(expected)

    @rule(field=FIELDS, value=SCALARS)
    def contain(self, field: str, value: Any) -> None:
        expected = {
            name
            for name, fields in self.model.items()
            if isinstance(fields.get(field), list) and any(_holds(one, "==", value) for one in fields[field])
        }
        assert {found.name for found in self.store.find("things", [Where(field, "contains", value)])} == expected

    @rule(field=FIELDS, descending=st.booleans(), limit=st.integers(1, 4))
    def sort(self, field: str, descending: bool, limit: int) -> None:
        times = {name: fields[field] for name, fields in self.model.items() if isinstance(fields.get(field), datetime)}
        expected = sorted(times, key=lambda name: (times[name], name), reverse=descending)[:limit]
        only = [Where(field, ">", datetime(2020, 1, 1, tzinfo=UTC))]
        assert [found.name for found in self.store.find("things", only, Order(field, descending), limit)] == expected

    @invariant()
    def same(self) -> None:
        found = self.store.find("things")
        assert {document.name: document.fields for document in found} == self.model
        assert {document.name: document.version for document in found} == self.versions


def _kind(value: object) -> object:
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


def _holds(found: Any, comparison: str, value: Any) -> Any:
    if found is None or value is None or _kind(found) is not _kind(value):
        return False
    return {
        "==": lambda: found == value,
        "<": lambda: found < value,
        "<=": lambda: found <= value,
        ">": lambda: found > value,
        ">=": lambda: found >= value,
    }[comparison]()


class FirestoreBesideDict(StoreBesideDict):
    """The same over Firestore."""

    unseen = datetime(2020, 1, 1, tzinfo=UTC)

    def open(self) -> Store:
        return FirestoreStore(a_project(), "(default)")


TestStoreBesideDict = StoreBesideDict.TestCase
TestStoreBesideDict.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)

TestFirestoreBesideDict = pytest.mark.usefixtures("firestore_emulator")(FirestoreBesideDict.TestCase)
TestFirestoreBesideDict.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
