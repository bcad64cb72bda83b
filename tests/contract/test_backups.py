"""A backup in the middle of the work, brought back: one draft a row, on either store, whatever was killed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import BackupError, FilesAway, StoreAway, StoreError
from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.maintenance.backup import Manifest, back_up
from engine.maintenance.migrations import prepare
from engine.maintenance.restore import restore
from engine.maintenance.store_record import FORMAT, PATH
from engine.sandbox.emulators import a_project
from engine.store.base import Put, Store
from engine.store.firestore import FirestoreStore
from engine.store.sqlite import SQLiteStore
from engine.worker.run import Limits
from tests.support.batch_runs import Batches, barcodes
from tests.support.dying import Dying, Killed
from tests.support.pipeline_runs import Runs, runs

FIXED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
SHORT = timedelta(seconds=1)
KNOWN = ("7961220922684", "093624755524", "074646362822")


@pytest.fixture(scope="module")
def bench() -> Iterator[Runs]:
    with runs() as running:
        yield running


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Open an empty store of a kind."""
    stores: list[Store] = []

    def one(kind: str) -> Store:
        if kind == "firestore":
            request.getfixturevalue("firestore_emulator")
            stores.append(FirestoreStore(a_project(), "(default)"))
        else:
            stores.append(SQLiteStore(tmp_path / f"store-{len(stores)}.db"))
        return stores[-1]

    yield one
    for store in stores:
        store.close()


def documents(store: Store) -> dict[str, Any]:
    """Return what a store holds, but for what it says of itself."""
    return {one.path: one.fields for one in store.snapshot() if one.path != PATH}


class Elsewhere(FolderFiles):
    """Files in a folder that is known by another address."""

    home = "gs://another-bucket/here"


@pytest.mark.parametrize(("before", "after"), [("sqlite", "sqlite"), ("sqlite", "firestore"), ("firestore", "sqlite")])
def test_a_batch_goes_on_from_its_backup_and_every_row_has_one_draft(
    bench: Runs, opened: Callable[[str], Store], tmp_path: Path, before: str, after: str
) -> None:
    bench.sandbox.reset()
    first = Batches(opened(before), FolderFiles(tmp_path / "first"))
    job_id = first.upload("\n".join(KNOWN).encode(), FIXED)
    taken: list[Manifest] = []

    def back_up_in_the_middle(point: str) -> None:
        if point == "ebay.create_offer:after" and not taken:
            taken.append(back_up(first.store, first.files, tmp_path / "backup.zip"))

    one_by_one = Limits(rows_sending=0)
    first.run(bench.pipeline(observe=back_up_in_the_middle), lanes=1, lease=SHORT, limits=one_by_one)
    assert first.job(job_id).successful_upcs == len(KNOWN)
    offers = bench.offers()
    assert (set(offers.values()), len(offers)) == ({1}, len(KNOWN))
    for sku in offers:
        if sku.endswith("2"):
            bench.sandbox.sell(sku)  # while the backup knows nothing of its draft
    held = bench.sandbox.ledger(calls=False)["held"]

    second = Batches(opened(after), Elsewhere(tmp_path / "second"))
    found = restore(tmp_path / "backup.zip", second.store, second.files)
    assert found.documents == taken[0].documents
    assert second.job(job_id).successful_upcs < len(KNOWN)
    with second.working(bench.pipeline(), lanes=2, lease=SHORT):
        second.ended(job_id)
    assert second.job(job_id).processed_upcs == len(KNOWN)
    assert second.exact(job_id)
    assert bench.offers() == offers
    now = bench.sandbox.ledger(calls=False)["held"]
    assert {sku: now[sku] for sku in now if sku.endswith("2")} == {sku: held[sku] for sku in held if sku.endswith("2")}


def filled(store: Store, files: Files) -> Batches:
    """Return batches of which one is done and one waits, with more rows than one commit takes."""
    batches = Batches(store, files)
    batches.upload(barcodes(700))
    batches.run()
    batches.upload(barcodes(3))
    return batches


def test_what_comes_back_is_what_was_there_with_its_files(opened: Callable[[str], Store], tmp_path: Path) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    made = back_up(first.store, first.files, tmp_path / "backup.zip")
    second = Batches(opened("sqlite"), FolderFiles(tmp_path / "second"))
    restore(tmp_path / "backup.zip", second.store, second.files)
    expected = {path: fields for path, fields in documents(first.store).items() if not path.startswith("workers/")}
    assert documents(second.store) == expected
    assert (made.documents, made.collections["items"], made.missing) == (len(expected) + 1, 700, ())
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_addresses_lead_to_where_the_files_lie_now(opened: Callable[[str], Store], tmp_path: Path) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    back_up(first.store, first.files, tmp_path / "backup.zip")
    second = Batches(opened("sqlite"), Elsewhere(tmp_path / "second"))
    restore(tmp_path / "backup.zip", second.store, second.files)
    assert "gs://draft-maker/" not in str(documents(second.store))
    job = second.queries.jobs().jobs[0]
    assert second.files.read(job.gcs_path)
    second.run()
    assert second.job(job.job_id).successful_upcs == 3


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_restore_that_is_killed_at_any_write_is_ended_by_the_next(
    opened: Callable[[str], Store], tmp_path: Path, after: bool
) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    back_up(first.store, first.files, tmp_path / "backup.zip")
    whole = opened("sqlite")
    restore(tmp_path / "backup.zip", whole, FolderFiles(tmp_path / "whole"))
    kills = 0
    for at in range(1, 101):
        store, files = opened("sqlite"), FolderFiles(tmp_path / f"files-{at}-{after}")
        dying: Sequence[Any] = (Dying(store, at, after=after), files)
        try:
            restore(tmp_path / "backup.zip", *dying)
        except Killed:
            kills += 1
        else:
            break
        record = store.get(PATH)[0]
        if record and record.fields["restoring"]:
            with pytest.raises(StoreAway, match="A backup is being restored"):
                prepare(store)
        if record is None or record.fields["restoring"]:
            restore(tmp_path / "backup.zip", store, files)
        prepare(store)
        assert documents(store) == documents(whole)
    assert kills >= 5


def test_files_that_cannot_be_written_are_tried_again(opened: Callable[[str], Store], tmp_path: Path) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    back_up(first.store, first.files, tmp_path / "backup.zip")
    store, files = opened("sqlite"), FolderFiles(tmp_path / "second")
    dying: Any = Dying(files, 2, after=True)
    with pytest.raises(Killed):
        restore(tmp_path / "backup.zip", store, dying)
    restore(tmp_path / "backup.zip", store, files)
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def test_a_backup_is_of_one_moment_while_others_write(opened: Callable[[str], Store], tmp_path: Path) -> None:
    store = opened("sqlite")
    for start in range(0, 2_000, 200):
        store.commit(*(Put(f"pairs/{one}", {"turn": 0}) for one in range(start, start + 200)))
    taken = store.snapshot()
    found = [next(taken)]
    for turn in range(1, 50):
        store.commit(Put("pairs/0", {"turn": turn}), Put("pairs/1999", {"turn": turn}))
        found += islice(taken, 40)
    found += taken
    assert {one.fields["turn"] for one in found} == {0}
    assert len(found) == 2_000


def damaged(file: Path, at: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    file.write_bytes(content)


def changed(file: Path, **more: Any) -> None:
    """Write a backup anew whose manifest says something else."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **more}).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "damaged at its beginning": (lambda file: damaged(file, 0.02), "damaged|cannot be read"),
    "damaged in its middle": (lambda file: damaged(file, 0.5), "damaged|cannot be read"),
    "cut off": (lambda file: file.write_bytes(file.read_bytes()[:-500]), "cannot be read as a backup"),
    "empty": (lambda file: file.write_bytes(b""), "cannot be read as a backup"),
    "another ZIP file": (lambda file: zipfile.ZipFile(file, "w").close(), "has no manifest.json"),
    "no ZIP file": (lambda file: file.write_bytes(b"UPC\n720642442524\n"), "cannot be read as a backup"),
    "of another shape": (lambda file: changed(file, documents="many"), "no backup that can be read"),
    "not there": (lambda file: file.unlink(), "cannot be read as a backup"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_whole_backup_changes_nothing(opened: Callable[[str], Store], tmp_path: Path, case: str) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    back_up(first.store, first.files, tmp_path / "backup.zip")
    change, why = WRONG[case]
    change(tmp_path / "backup.zip")
    store = opened("sqlite")
    with pytest.raises(BackupError, match=why):
        restore(tmp_path / "backup.zip", store, FolderFiles(tmp_path / "second"))
    assert list(store.snapshot()) == []
    assert not (tmp_path / "second").exists()


def test_a_backup_of_a_newer_version_is_refused(opened: Callable[[str], Store], tmp_path: Path) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    back_up(first.store, first.files, tmp_path / "backup.zip")
    for more in ({"format": FORMAT + 1}, {"schema": 2}):
        file = tmp_path / f"{next(iter(more))}.zip"
        file.write_bytes((tmp_path / "backup.zip").read_bytes())
        changed(file, **more)
        store = opened("sqlite")
        with pytest.raises(StoreError, match="newer version of Draft Maker"):
            restore(file, store, FolderFiles(tmp_path / "second"))
        assert list(store.snapshot()) == []


def test_a_store_that_is_in_use_is_not_restored_into(opened: Callable[[str], Store], tmp_path: Path) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    back_up(first.store, first.files, tmp_path / "one.zip")
    before = documents(first.store)
    with pytest.raises(BackupError, match=r"The job store is not empty \(it holds .*\)"):
        restore(tmp_path / "one.zip", first.store, first.files)
    assert documents(first.store) == before
    back_up(first.store, first.files, tmp_path / "other.zip")
    store, files = opened("sqlite"), FolderFiles(tmp_path / "second")
    half: Any = Dying(store, 3, after=True)
    with pytest.raises(Killed):
        restore(tmp_path / "one.zip", half, files)
    with pytest.raises(BackupError, match="the beginning of another backup"):
        restore(tmp_path / "other.zip", store, files)


class Away(FolderFiles):
    """A folder that does not answer."""

    def read(self, *_: object) -> bytes:
        raise FilesAway("the folder does not answer")


def test_a_backup_takes_no_files_place_and_leaves_no_part(opened: Callable[[str], Store], tmp_path: Path) -> None:
    batches = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    target = tmp_path / "backups" / "backup.zip"
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(batches.store, batches.files, target)
    target.parent.mkdir()
    target.write_text("mine")
    with pytest.raises(BackupError, match="There is a file"):
        back_up(batches.store, batches.files, target)
    assert target.read_text() == "mine"

    with pytest.raises(FilesAway):
        back_up(batches.store, Away(tmp_path / "first"), target.with_name("other.zip"))
    assert [file.name for file in target.parent.iterdir()] == ["backup.zip"]


def test_nobody_is_signed_in_by_a_backup_and_no_worker_of_then_is_seen(
    opened: Callable[[str], Store], tmp_path: Path
) -> None:
    first = filled(opened("sqlite"), FolderFiles(tmp_path / "first"))
    first.store.commit(Put("sessions/0", {"name": "ann"}), Put("workers/one", {"name": "one"}))
    back_up(first.store, first.files, tmp_path / "backup.zip")
    second = Batches(opened("sqlite"), FolderFiles(tmp_path / "second"))
    restore(tmp_path / "backup.zip", second.store, second.files)
    assert second.store.get("sessions/0", "workers/one") == [None, None]


def test_the_commands_back_up_and_bring_back(
    opened: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(SQLiteStore(tmp_path / "one.db"), FolderFiles(tmp_path / "files"))
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path / 'files'}")
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path / 'one.db'}")
    said = CliRunner().invoke(app, ["backup", str(tmp_path / "backup.zip")])
    assert (said.exit_code, "documents of 2 batches as they stood at" in said.output) == (0, True)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path / 'two.db'}")
    said = CliRunner().invoke(app, ["restore", str(tmp_path / "backup.zip")])
    assert (said.exit_code, "are back" in said.output) == (0, True)
    assert documents(SQLiteStore(tmp_path / "two.db")).keys() <= documents(SQLiteStore(tmp_path / "one.db")).keys()
