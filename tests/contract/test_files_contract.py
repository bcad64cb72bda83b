"""The contract of a file store, sentence by sentence, over every backend."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from google.cloud import storage
from hypothesis import given
from hypothesis import strategies as st

from engine.addresses import split
from engine.errors import FileMissing, FilesAway
from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.files.gcs import CloudFiles


@dataclass(frozen=True)
class Backend:
    """A file store of one kind; `place` writes a file from outside, whether one is there or not."""

    files: Files
    place: Callable[[str, bytes], None]


@pytest.fixture(params=["folder", "cloud"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "cloud":
        request.getfixturevalue("storage_emulator")
        with in_the_cloud() as cloud:
            yield cloud
        return

    def place(path: str, content: bytes) -> None:
        target = tmp_path / path.removeprefix("gs://")
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".fresh")
        fresh.write_bytes(content)
        before = target.stat().st_mtime_ns if target.exists() else 0
        os.utime(fresh, ns=(before + 10**6, before + 10**6))
        fresh.replace(target)

    yield Backend(FolderFiles(tmp_path), place)


@contextlib.contextmanager
def in_the_cloud() -> Iterator[Backend]:
    """Lend an empty bucket `bucket` in Cloud Storage's emulator."""
    client = storage.Client(project="test")
    bucket = client.create_bucket("bucket")

    def place(path: str, content: bytes) -> None:
        bucket.blob(path.removeprefix("gs://bucket/")).upload_from_string(content)

    try:
        yield Backend(CloudFiles("gs://bucket/ours"), place)
    finally:
        bucket.delete(force=True)
        client.close()


@pytest.fixture
def files(backend: Backend) -> Files:
    return backend.files


def test_a_file_is_found_with_its_size_and_read_whole(backend: Backend) -> None:
    backend.place("gs://bucket/a/b.txt", b"x" * 100_000)
    found = backend.files.stat("gs://bucket/a/b.txt")
    assert (found.path, found.size) == ("gs://bucket/a/b.txt", 100_000)
    assert backend.files.read("gs://bucket/a/b.txt", found.generation) == b"x" * 100_000
    assert backend.files.read("gs://bucket/a/b.txt") == b"x" * 100_000


@pytest.mark.parametrize("path", ["gs://none/a.txt", "gs://bucket/none.txt", "gs://bucket/a.txt/none", "gs://bucket/a"])
def test_what_is_not_there_is_missing(backend: Backend, path: str) -> None:
    backend.place("gs://bucket/a/b.txt", b"1")
    backend.place("gs://bucket/a.txt", b"1")
    with pytest.raises(FileMissing):
        backend.files.stat(path)
    with pytest.raises(FileMissing):
        backend.files.read(path)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "gs://", "gs://bucket", "gs://bucket/", "gs://../x/y", "gs://bucket/../../x", "gs://b/\0", "x"],
)
def test_what_is_no_address_is_missing_and_nothing_is_written(files: Files, path: str) -> None:
    assert split(path) is None
    for attempt in (files.stat, files.read, lambda path: files.create(path, b"1")):
        with pytest.raises(FileMissing):
            attempt(path)


def test_a_name_longer_than_any_file_can_have_is_missing_and_not_an_outage(files: Files) -> None:
    with pytest.raises(FileMissing):
        files.stat(f"gs://bucket/{'x' * 2_000}")


def test_a_replaced_file_has_another_generation_and_the_old_one_is_missing(backend: Backend) -> None:
    backend.place("gs://bucket/a.txt", b"old")
    old = backend.files.stat("gs://bucket/a.txt").generation
    backend.place("gs://bucket/a.txt", b"new")
    assert backend.files.stat("gs://bucket/a.txt").generation != old
    with pytest.raises(FileMissing, match="replaced"):
        backend.files.read("gs://bucket/a.txt", old)


def test_a_file_is_created_once_and_never_overwritten(files: Files) -> None:
    path = f"{files.home}/batches/x/rows/00000.jsonl"
    assert files.create(path, b"first")
    assert not files.create(path, b"second")
    assert files.read(path) == b"first"


def test_what_is_deleted_is_missing_and_again_is_harmless(backend: Backend) -> None:
    backend.place("gs://bucket/a/b.txt", b"x")
    backend.place("gs://bucket/a/c.txt", b"y")
    for _ in range(2):
        backend.files.delete("gs://bucket/a/b.txt")
    backend.files.delete("gs://bucket/never/was.txt")
    with pytest.raises(FileMissing):
        backend.files.read("gs://bucket/a/b.txt")
    assert backend.files.read("gs://bucket/a/c.txt") == b"y"
    with pytest.raises(FileMissing):
        backend.files.delete("gs://no-such-bucket/a.txt")


def test_files_are_listed_by_the_beginning_of_their_address_and_sorted_by_name(backend: Backend) -> None:
    for name in ("a_2.jpg", "a_10.jpg", "a_1.JPG", "b_1.jpg", "a_/deep.jpg", "a", "ä_1.jpg"):
        backend.place(f"gs://bucket/photos/{name}", b"1")
    backend.place("gs://bucket/top.jpg", b"1")
    listed = [path.removeprefix("gs://bucket/photos/") for path in backend.files.list("gs://bucket/photos/a_", 10)]
    assert listed == ["a_1.JPG", "a_10.jpg", "a_2.jpg"]
    assert len(backend.files.list("gs://bucket/photos/", 10)) == 6
    assert backend.files.list("gs://bucket/photos/a_", 2) == [
        f"gs://bucket/photos/a_1{end}" for end in (".JPG", "0.jpg")
    ]
    assert backend.files.list("gs://bucket/to", 10) == ["gs://bucket/top.jpg"]


def test_where_nothing_lies_nothing_is_listed_and_no_bucket_is_missing(backend: Backend) -> None:
    backend.place("gs://bucket/a.txt", b"1")
    assert backend.files.list("gs://bucket/none/x", 10) == []
    assert backend.files.list("gs://bucket/a.txt/x", 10) == []
    for prefix in ("gs://none/x", "/etc/", "gs://../x/y", "gs://bucket"):
        with pytest.raises(FileMissing):
            backend.files.list(prefix, 10)


def test_files_below_a_folder_are_found_at_any_depth_a_page_after_the_other(backend: Backend) -> None:
    placed = [f"gs://bucket/a/{name}" for name in ("0.txt", "b/1.txt", "b/c/2.txt", "b.txt", "d/3.txt")]
    for path in (*placed, "gs://bucket/ab/outside.txt", "gs://bucket/outside.txt"):
        backend.place(path, b"1")
    assert list(backend.files.walk("gs://bucket/a/", 100)) == sorted(placed)
    first = backend.files.walk("gs://bucket/a/", 2)
    second = backend.files.walk("gs://bucket/a/", 2, first[-1])
    third = backend.files.walk("gs://bucket/a/", 2, second[-1])
    assert [*first, *second, *third] == sorted(placed)
    assert not backend.files.walk("gs://bucket/a/", 2, third[-1])


def test_below_a_folder_that_is_not_there_nothing_is_found_and_no_bucket_is_missing(backend: Backend) -> None:
    backend.place("gs://bucket/a.txt", b"1")
    assert not backend.files.walk("gs://bucket/none/", 10)
    with pytest.raises(FileMissing):
        backend.files.walk("gs://no-such-bucket/none/", 10)


def test_an_empty_file_is_a_file(files: Files) -> None:
    assert files.create(f"{files.home}/empty", b"")
    assert files.stat(f"{files.home}/empty").size == 0
    assert files.read(f"{files.home}/empty") == b""


def test_of_many_that_create_one_file_one_succeeds_and_its_content_is_whole(files: Files) -> None:
    contents = [bytes([number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda content: files.create(f"{files.home}/x", content), contents))
    assert made.count(True) == 1
    assert files.read(f"{files.home}/x") == contents[made.index(True)]


def test_nothing_but_the_file_is_left_behind(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    for _ in range(2):
        files.create("gs://bucket/a.txt", b"1")
    assert [path.name for path in (tmp_path / "bucket").iterdir()] == ["a.txt"]


def test_a_place_that_cannot_hold_files_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((FilesAway, FileMissing)):
        FolderFiles(tmp_path / "file").create("gs://bucket/a.txt", b"1")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a file that lies beside the folder of the store."""
    place = tmp_path / "outside" / "secret.txt"
    place.parent.mkdir()
    place.write_text("an outsider's secret")
    return place


@pytest.fixture
def linked(tmp_path: Path, outside: Path) -> FolderFiles:
    """Return a store with links in it: to a file, to a folder, to a folder as a bucket, to itself."""
    root = tmp_path / "store"
    (root / "bucket").mkdir(parents=True)
    (root / "bucket" / "link.txt").symlink_to(outside)
    (root / "bucket" / "folder").symlink_to(outside.parent)
    (root / "linked").symlink_to(outside.parent)
    (root / "bucket" / "round").symlink_to(root / "bucket" / "round")
    return FolderFiles(root)


@pytest.mark.parametrize(
    "path",
    ["gs://bucket/link.txt", "gs://bucket/folder/secret.txt", "gs://linked/secret.txt", "gs://bucket/round"],
)
def test_a_link_in_the_folder_is_not_followed(linked: FolderFiles, path: str) -> None:
    for attempt in (linked.stat, linked.read):
        with pytest.raises(FileMissing, match="links in the file store are not followed") as refused:
            attempt(path)
        assert "outsider" not in str(refused.value)


@pytest.mark.parametrize("path", ["gs://bucket/folder/new.txt", "gs://linked/new.txt", "gs://linked/deep/new.txt"])
def test_nothing_is_written_behind_a_link(linked: FolderFiles, outside: Path, path: str) -> None:
    with pytest.raises(FileMissing, match="cannot be written: links in the file store are not followed"):
        linked.create(path, b"1")
    assert list(outside.parent.iterdir()) == [outside]


def test_a_link_is_never_written_through_and_counts_as_something_there(linked: FolderFiles, outside: Path) -> None:
    assert not linked.create("gs://bucket/link.txt", b"1")
    assert outside.read_text() == "an outsider's secret"


def test_of_a_link_that_is_deleted_the_link_goes_and_nothing_behind_it(linked: FolderFiles, outside: Path) -> None:
    for path in (
        "gs://bucket/link.txt",
        "gs://bucket/folder/secret.txt",
        "gs://linked/secret.txt",
        "gs://bucket/round",
    ):
        with contextlib.suppress(FileMissing):
            linked.delete(path)
    assert outside.read_text() == "an outsider's secret"
    assert linked.list("gs://bucket/", 10) == []


def test_links_and_what_lies_behind_them_are_not_listed(linked: FolderFiles) -> None:
    assert linked.create("gs://bucket/own.txt", b"1")
    assert linked.list("gs://bucket/", 10) == ["gs://bucket/own.txt"]
    assert linked.list("gs://bucket/folder/", 10) == []
    with pytest.raises(FileMissing, match="links in the file store are not followed"):
        linked.list("gs://linked/", 10)
    assert list(linked.walk("gs://bucket/", 10)) == ["gs://bucket/own.txt"]
    with pytest.raises(FileMissing, match="links in the file store are not followed"):
        linked.walk("gs://linked/", 10)


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "store").symlink_to(tmp_path / "real")
    files = FolderFiles(tmp_path / "store")
    assert files.create("gs://bucket/a.txt", b"1")
    assert files.read("gs://bucket/a.txt") == b"1"


def test_what_is_no_file_is_missing_and_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    os.mkfifo(tmp_path / "bucket" / "pipe")
    with pytest.raises(FileMissing):
        FolderFiles(tmp_path).read("gs://bucket/pipe")


@pytest.mark.parametrize("path", ["gs://bucket/\ud800", "gs://\ud800/x", "gs://bucket/a/\udcff/b"])
def test_a_name_that_is_no_text_is_no_address(files: Files, path: str) -> None:
    for attempt in (files.stat, files.read, lambda path: files.create(path, b"1")):
        with pytest.raises(FileMissing):
            attempt(path)


@pytest.mark.parametrize("path", [f"gs://bucket/{'x' * 300}", f"gs://{'x' * 300}/a", f"gs://bucket/{'x/' * 3_000}a"])
def test_a_name_too_long_cannot_be_written_to_a_folder(tmp_path: Path, path: str) -> None:
    files = FolderFiles(tmp_path)
    with contextlib.suppress(FileMissing):
        files.create(path, b"1")
        assert files.read(path) == b"1"


parts = st.text(st.sampled_from("ab./\\~\0\n\ud800é ") | st.characters(), max_size=12)


@given(parts, parts)
def test_no_address_leads_out_of_the_folder(bucket: str, name: str) -> None:
    path = f"gs://{bucket}/{name}"
    with TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        (Path(folder) / "x").write_text("outside")
        files = FolderFiles(root)
        try:
            made = files.create(path, b"inside")
            assert made
            assert files.read(path) == b"inside"
        except FileMissing:
            pass
        assert sorted(place.name for place in Path(folder).iterdir()) in (["x"], ["store", "x"])
