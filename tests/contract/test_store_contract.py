"""The contract of a document store, sentence by sentence, over every backend."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.errors import Conflict, StoreAway
from engine.sandbox.emulators import a_project
from engine.store.base import Comparison, Delete, Document, Expect, Fields, Order, Patch, Put, Store, Where
from engine.store.firestore import FirestoreStore
from engine.store.sqlite import SQLiteStore
from tests.support.clocks import AheadClock

AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Backend:
    """A store of one kind: `store`, more handles on the same documents, and the code that opens one in a process."""

    store: Store
    another: Callable[[], Store]
    code: str


@pytest.fixture(params=["sqlite", "firestore"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/contract.db"
    else:
        request.getfixturevalue("firestore_emulator")
        address = f"firestore://{a_project()}/(default)"
    opened: list[Store] = []

    def another() -> Store:
        opened.append(open_store(address, SystemClock()))
        return opened[-1]

    imports = "from engine.bootstrap import open_store; from engine.clock import SystemClock"
    yield Backend(another(), another, f"{imports}; store = open_store({address!r}, SystemClock())")
    for store in opened:
        store.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    return backend.store


def fields(store: Store, path: str) -> Fields | None:
    found = store.get(path)[0]
    return found.fields if found else None


def names(store: Store, *where: Where, order: Order | None = None, limit: int = 100) -> list[str]:
    return [document.name for document in store.find("things", where, order, limit)]


def fill(store: Store, **things: object) -> None:
    """Store documents whose field `f` is the value."""
    store.commit(*(Put(f"things/{name}", {"f": value}) for name, value in things.items()))


# what a document holds


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -7,
        2**53,
        1.5,
        "",
        "Björk — 'quoted' \"text\" ☃",
        [],
        [1, [2, {"a": None}]],
        {},
        {"a": {"b": [AT]}},
        AT,
    ],
    ids=str,
)
def test_what_is_stored_comes_back(store: Store, value: object) -> None:
    store.commit(Put("things/a", {"f": value, "g": [value]}))
    assert fields(store, "things/a") == {"f": value, "g": [value]}


def test_a_time_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    local = datetime(2026, 11, 23, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    store.commit(Put("things/a", {"f": local}))
    found = fields(store, "things/a")
    assert found == {"f": local}
    assert found["f"].utcoffset() == timedelta(0)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), object()], ids=["naive", "object"])  # noqa: DTZ001
def test_what_no_document_can_hold_is_refused_and_nothing_is_written(store: Store, value: object) -> None:
    with pytest.raises(TypeError):
        store.commit(Put("things/a", {"f": 1}), Put("things/b", {"f": value}))
    assert store.get("things/a", "things/b") == [None, None]


# get


def test_documents_come_in_the_order_they_were_asked_for_and_none_where_there_is_none(store: Store) -> None:
    fill(store, a=1, b=2)
    found = store.get("things/b", "things/none", "things/a", "things/b")
    assert [document and document.path for document in found] == ["things/b", None, "things/a", "things/b"]
    assert store.get() == []


def test_documents_that_are_read_together_stand_as_they_do_at_one_moment(backend: Backend) -> None:
    if isinstance(backend.store, FirestoreStore):
        pytest.skip("Firestore promises it (BatchGetDocumentsResponse.read_time), its emulator does not keep it")
    reader, writer = backend.store, backend.another()
    fill(reader, **{f"n{number:03d}": 0 for number in range(100)})
    paths = [f"things/n{number:03d}" for number in range(100)]
    over = threading.Event()

    def write() -> None:
        for round_ in range(1, 100):
            writer.commit(*(Put(path, {"f": round_}) for path in paths))
        over.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not over.is_set():
        assert len({document.fields["f"] for document in reader.get(*paths) if document}) == 1
    thread.join()


def test_a_document_is_read_with_the_store_s_clock(store: Store) -> None:
    before = SystemClock().now()
    fill(store, a=1)
    found = store.get("things/a")[0]
    assert found
    assert before - timedelta(seconds=5) <= found.read_at <= AheadClock(5).now()
    assert store.find("things")[0].read_at >= found.read_at


# commit


def test_a_commit_returns_the_new_version_of_each_document_in_order(store: Store) -> None:
    store.commit(Put("things/b", {"f": 1}))
    committed = store.commit(Put("things/c", {"f": 1}), Put("things/a", {"f": 2}), Patch("things/b", {"f": 3}, None))
    found = store.get("things/c", "things/a", "things/b")
    assert committed.versions == tuple(document.version for document in found if document)
    assert committed.at.utcoffset() is not None


def test_a_commit_writes_to_each_document_once(store: Store) -> None:
    with pytest.raises(ValueError, match="each document once"):
        store.commit(Put("things/a", {"f": 1}), Patch("things/a", {"g": 2}, None))
    assert store.get("things/a") == [None]


def test_every_write_changes_the_version(store: Store) -> None:
    seen = set()
    seen.add(store.commit(Put("things/a", {"f": 1})).versions)
    seen.add(store.commit(Put("things/a", {"f": 2})).versions)
    seen.add(store.commit(Patch("things/a", {"f": 3}, None)).versions)
    assert len(seen) == 3


def test_a_put_replaces_the_whole_document(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1, "g": 2}))
    store.commit(Put("things/a", {"h": 3}))
    assert fields(store, "things/a") == {"h": 3}


def test_a_patch_replaces_the_fields_it_names_and_no_other(store: Store) -> None:
    store.commit(Put("things/a", {"f": {"x": 1}, "g": 2, "a.b": 3, 'q"': 4}))
    store.commit(Patch("things/a", {"f": {"y": None}, "h": [1]}, None))
    assert fields(store, "things/a") == {"f": {"y": None}, "g": 2, "a.b": 3, 'q"': 4, "h": [1]}


def test_a_patch_at_the_version_that_was_seen_is_applied(store: Store) -> None:
    version = store.commit(Put("things/a", {"f": 1})).versions[0]
    after = store.commit(Patch("things/a", {"f": 2}, version)).versions[0]
    store.commit(Patch("things/a", {"f": 3}, after))
    assert fields(store, "things/a") == {"f": 3}


@pytest.mark.parametrize("first", [True, False], ids=["refused first", "refused last"])
@pytest.mark.parametrize("case", ["put where there is one", "patch at an older version", "patch where there is none"])
def test_one_write_that_is_refused_leaves_nothing_of_the_commit(store: Store, case: str, first: bool) -> None:
    version = store.commit(Put("things/a", {"f": 1})).versions[0]
    store.commit(Put("things/a", {"f": 2}))
    cases: dict[str, Put | Patch] = {
        "put where there is one": Put("things/a", {"f": 9}, Expect.ABSENT),
        "patch at an older version": Patch("things/a", {"f": 9}, version),
        "patch where there is none": Patch("things/none", {"f": 9}, None),
    }
    refused = cases[case]
    good = [Put("things/b", {"f": 9}), Put("things/c", {"f": 9}, Expect.ABSENT)]
    with pytest.raises(Conflict) as conflict:
        store.commit(*((refused, *good) if first else (*good, refused)))
    assert conflict.value.path in (refused.path, "")
    assert names(store) == ["a"]
    assert fields(store, "things/a") == {"f": 2}
    store.commit(*good)


def test_a_put_that_expects_nothing_creates_the_document_once(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1}, Expect.ABSENT))
    with pytest.raises(Conflict):
        store.commit(Put("things/a", {"f": 1}, Expect.ABSENT))


def test_what_was_committed_is_seen_by_every_other_handle(backend: Backend) -> None:
    backend.store.commit(Put("things/a", {"f": 1}))
    assert fields(backend.another(), "things/a") == {"f": 1}


# find


def test_documents_of_sub_collections_are_not_in_a_collection(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1}), Put("things/a/parts/b", {"f": 1}), Put("thing/c", {"f": 1}))
    assert names(store) == ["a"]
    assert [document.path for document in store.find("things/a/parts")] == ["things/a/parts/b"]
    assert store.find("nothing") == []


def test_collections_of_one_name_are_asked_together_wherever_they_lie(store: Store) -> None:
    store.commit(
        Put("things/a/parts/2", {"f": 1}),
        Put("things/b/parts/1", {"f": 3}),
        Put("things/b/parts/3", {"f": 2}),
        Put("things/b/spareparts/4", {"f": 9}),
        Put("things/b/parts/1/screws/5", {"f": 9}),
    )
    found = store.find("*/parts", order=Order("f"))
    assert [document.path for document in found] == ["things/a/parts/2", "things/b/parts/3", "things/b/parts/1"]
    assert [document.path for document in store.find("*/parts")] == sorted(document.path for document in found)
    assert store.count("*/parts", [Where("f", ">", 1)]) == 2
    assert store.sum("*/parts", "f") == 6


def test_without_an_order_documents_come_by_path(store: Store) -> None:
    fill(store, **{"b": 1, "a": 2, "10": 3, "9": 4})
    assert names(store) == ["10", "9", "a", "b"]
    assert names(store, limit=2) == ["10", "9"]


@pytest.mark.parametrize(
    "values",
    [(1, 2.5, 3), ("a", "b", "c"), (AT, AT + timedelta(microseconds=1), AT + timedelta(days=400))],
    ids=["numbers", "texts", "times"],
)
def test_documents_come_in_the_order_of_a_field(store: Store, values: tuple[object, ...]) -> None:
    fill(store, c=values[0], a=values[1], b=values[2])
    assert names(store, order=Order("f")) == ["c", "a", "b"]
    assert names(store, order=Order("f", descending=True)) == ["b", "a", "c"]
    assert names(store, order=Order("f"), limit=1) == ["c"]


def test_equal_ones_come_by_path_in_the_direction_of_the_order(store: Store) -> None:
    fill(store, b=1, c=1, a=1)
    assert names(store, order=Order("f")) == ["a", "b", "c"]
    assert names(store, order=Order("f", descending=True)) == ["c", "b", "a"]


def test_an_order_leaves_out_documents_that_lack_the_field_or_hold_none(store: Store) -> None:
    store.commit(Put("things/a", {"f": 1}), Put("things/b", {"f": None}), Put("things/c", {"g": 1}))
    assert names(store, order=Order("f")) == ["a"]
    assert names(store) == ["a", "b", "c"]


LOW_MIDDLE_HIGH = [(1, 2, 3), (1.5, 2.0, 2.5), ("a", "b", "c"), (AT, AT + timedelta(seconds=1), AT + timedelta(days=9))]


@pytest.mark.parametrize(("low", "middle", "high"), LOW_MIDDLE_HIGH, ids=["integers", "floats", "texts", "times"])
@pytest.mark.parametrize(("comparison", "expected"), [("==", "b"), ("<", "a"), ("<=", "ab"), (">", "c"), (">=", "bc")])
def test_a_comparison_picks_by_value(
    store: Store, low: object, middle: object, high: object, comparison: Comparison, expected: str
) -> None:
    fill(store, a=low, b=middle, c=high, none=None)
    store.commit(Put("things/lacks", {"g": middle}))
    assert names(store, Where("f", comparison, middle)) == list(expected)
    assert store.count("things", [Where("f", comparison, middle)]) == len(expected)


@pytest.mark.parametrize("comparison", ["==", "<", "<=", ">", ">="])
@pytest.mark.parametrize("value", [1, "1", True, AT, 0.5], ids=str)
def test_a_comparison_never_holds_for_another_type_or_none(store: Store, value: object, comparison: Comparison) -> None:
    others = {"i": 1, "t": "1", "b": True, "at": AT, "n": None, "l": [value], "m": {"x": value}}
    fill(store, **others)
    alike = (
        {"i"}
        if isinstance(value, float) or type(value) is int
        else {"t": {"t"}, "b": {"b"}, "a": {"at"}}[{str: "t", bool: "b", datetime: "a"}[type(value)]]
    )
    assert set(names(store, Where("f", comparison, value))) <= alike


def test_true_is_found_and_false_is_not_the_same(store: Store) -> None:
    fill(store, yes=True, no=False, one=1, zero=0)
    assert names(store, Where("f", "==", True)) == ["yes"]
    assert names(store, Where("f", "==", False)) == ["no"]
    assert names(store, Where("f", "==", 1)) == ["one"]


@pytest.mark.parametrize("value", [2, "two", AT, True], ids=str)
def test_contains_holds_for_a_list_that_has_the_element(store: Store, value: object) -> None:
    fill(store, has=[value, None, "x"], lacks=["x", [value]], empty=[], is_it=value, inside={"x": value}, none=None)
    assert names(store, Where("f", "contains", value)) == ["has"]


def test_contains_does_not_take_one_for_true(store: Store) -> None:
    fill(store, one=[1], true=[True], text=["1"])
    assert names(store, Where("f", "contains", True)) == ["true"]
    assert names(store, Where("f", "contains", 1)) == ["one"]


def test_every_condition_must_hold(store: Store) -> None:
    store.commit(*(Put(f"things/{n}", {"n": n, "even": n % 2 == 0, "tags": [str(n)]}) for n in range(10)))
    even = Where("even", "==", True)
    assert names(store, even, Where("n", ">", 2), Where("n", "<", 8)) == ["4", "6"]
    assert names(store, even, Where("tags", "contains", "4")) == ["4"]
    assert names(store, even, Where("n", ">=", 2), order=Order("n", descending=True), limit=2) == ["8", "6"]
    assert store.count("things", [even]) == 5


def test_a_count_counts_all_there_are(store: Store) -> None:
    store.commit(*(Put(f"things/{n:03d}", {"n": n}) for n in range(150)), Put("things/0/parts/a", {"n": 1}))
    assert store.count("things") == 150
    assert store.count("nothing") == 0


# several at once

COUNT_UP = """
from engine.errors import Conflict
from engine.store.base import Patch, Put
import sys
for _ in range(150):
    while True:
        found = store.get("things/sum")[0]
        try:
            added = Patch("things/sum", {"n": found.fields["n"] + 1}, found.version)
            store.commit(added, Put(f"things/{sys.argv[1]}", {}))
            break
        except Conflict:
            continue
"""


def test_two_processes_that_write_at_once_lose_no_update(backend: Backend) -> None:
    backend.store.commit(Put("things/sum", {"n": 0}))
    code = f"{backend.code}\n{COUNT_UP}"
    started = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "ab"]
    assert [process.wait(30) for process in started] == [0, 0]
    assert fields(backend.store, "things/sum") == {"n": 300}


def test_of_many_that_create_one_document_one_succeeds(backend: Backend) -> None:
    stores = [backend.another() for _ in range(8)]  # none of them has been used: they all open it at once

    def create(number: int) -> bool:
        try:
            stores[number].commit(Put("things/a", {"by": number}, Expect.ABSENT))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(create, range(8))) == 1


def test_a_handle_serves_many_threads(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.commit(Put(f"things/{number}", {"n": number})), range(200)))
        found = list(threads.map(lambda number: fields(store, f"things/{number}"), range(200)))
    assert found == [{"n": number} for number in range(200)]


# what only this backend can show


def test_a_place_that_cannot_hold_a_store_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "other.db").write_text("this is no database, and it is long enough to be seen as none" * 20)
    for path in (tmp_path / "file" / "x.db", tmp_path / "other.db"):
        with pytest.raises(StoreAway, match="does not answer"):
            SQLiteStore(path).get("things/a")


def test_a_sum_adds_up_the_integers_of_the_documents_that_match(store: Store) -> None:
    values: list[Any] = [3, 4, -1, 10**9, None, "5", [6], {"a": 7}]
    for number, value in enumerate(values):
        store.commit(Put(f"things/{number}", {"f": value, "kind": "even" if number % 2 == 0 else "odd"}))
    store.commit(Put("things/without", {"kind": "odd"}))
    assert store.sum("things", "f") == 10**9 + 6
    assert store.sum("things", "f", [Where("kind", "==", "even")]) == 2
    assert store.sum("things", "f", [Where("kind", "==", "none")]) == 0
    assert store.sum("nothing", "f") == 0


def test_a_snapshot_has_every_document_as_it_stood_at_one_moment(backend: Backend) -> None:
    store = backend.store
    deep = {"at": AT, "lists": [[1, 2], [{"a": None}]], "number": 1.5, "text": "é"}
    first: dict[str, Fields] = {f"jobs/{number:04}": {"number": number} for number in range(700)}
    first |= {"jobs/0000/items/1": deep, "meta/store": {"x": True}}
    paths = list(first)
    for start in range(0, len(paths), 300):
        store.commit(*(Put(path, first[path]) for path in paths[start : start + 300]))
    taken = store.snapshot()
    found = [next(taken)]
    store.commit(Put("jobs/0000", {"number": -1}), Put("jobs/new", {}), Delete("jobs/0699"), Put("a/first", {}))
    found += taken
    assert {document.path: document.fields for document in found} == first
    assert len(found) == len(first)
    versions = {document.path: document.version for document in found}
    assert versions["jobs/0001"] == given(store.get("jobs/0001")[0]).version


def test_a_snapshot_of_nothing_has_nothing(backend: Backend) -> None:
    assert list(backend.store.snapshot()) == []


def given(document: Document | None) -> Document:
    assert document is not None
    return document
