"""The states that an installation can be in, each brought about with real processes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from tests.support.clocks import until
from tests.support.demo import ROOT
from tests.support.installation import Installation, installation

SAMPLE = "gs://draft-maker-bucket/exu2.txt"
SAMPLE_TEXT = (ROOT / "samples" / "exu2.txt").read_text(encoding="utf-8")
RELEASES = ROOT / "engine" / "sandbox" / "releases.jsonl"
SEVERAL = "2000000000022"  # two pressings carry it
SESSION = "shelf3"  # of scans
MANY = 200
SOME = 20
AWAY = "has not answered|does not answer|store is away"
GONE = "Connection error"
SLOW_SECONDS = 15.0  # what an answer of eBay takes where a batch is to be seen at work


@dataclass(frozen=True)
class Stage:
    """An installation in one state; `job_id` is the batch that shows it, "" for none.

    `befalls` lasts while the screens are shown, and begins when all of them are open; None where nothing does. Then
    every screen is to say what matches `says`. Where it does not `arrives`, the browser never hears of the console;
    where it does not `draws`, it hears nothing new.
    """

    parts: Installation
    job_id: str = ""
    befalls: Callable[[], AbstractContextManager[None]] | None = None
    says: str = ""
    arrives: bool = True
    draws: bool = True


State = Callable[[Path], AbstractContextManager[Stage]]


@contextlib.contextmanager
def empty(folder: Path) -> Iterator[Stage]:
    """Begin with nothing: the first day."""
    with _place(folder) as parts:
        parts.start_worker()
        yield Stage(parts)


@contextlib.contextmanager
def loading(folder: Path) -> Iterator[Stage]:
    """Show what is there before the first message of the console has arrived."""
    with _place(folder) as parts:
        yield Stage(parts, arrives=False, draws=False)


@contextlib.contextmanager
def usual(folder: Path) -> Iterator[Stage]:
    """Have a few batches done, with drafts, failures and missing prices, and programs with tokens."""
    with _worked(folder) as stage:
        post = stage.parts.console.post
        post("/api/tokens", name="nightly import", scope="submit")
        token = post("/api/tokens", name="old laptop", scope="read", days=30)
        post(f"/api/tokens/{token['token_id']}/revoke")
        yield stage


@contextlib.contextmanager
def working(folder: Path) -> Iterator[Stage]:
    """Have a batch at work."""
    with _worked(folder) as stage:
        yield Stage(stage.parts, _halfway(stage.parts))


@contextlib.contextmanager
def paused(folder: Path) -> Iterator[Stage]:
    """Have a batch paused by a person."""
    with _worked(folder) as stage:
        parts, job_id = stage.parts, _halfway(stage.parts)
        parts.console.post(f"/api/batch/{job_id}/pause")
        parts.sandbox.latency()
        until(lambda: _workers(parts) == {"idle"})
        yield Stage(parts, job_id)


@contextlib.contextmanager
def interrupted(folder: Path) -> Iterator[Stage]:
    """Have the only worker killed with rows in hand."""
    with _worked(folder) as stage:
        parts, job_id = stage.parts, _halfway(stage.parts)
        parts.kill_workers()
        until(lambda: _workers(parts) == {"silent"})
        yield Stage(parts, job_id)


@contextlib.contextmanager
def no_worker(folder: Path) -> Iterator[Stage]:
    """Have a batch wait that no worker takes."""
    with _worked(folder) as stage:
        stage.parts.stop_workers()
        yield Stage(stage.parts, stage.parts.console.upload(barcodes(MANY), "Estate of a DJ, boxes 4 to 9.txt"))


@contextlib.contextmanager
def quota(folder: Path) -> Iterator[Stage]:
    """Have rows wait for the quota of a service."""
    with _worked(folder) as stage:
        parts = stage.parts
        parts.stop_workers()
        parts.start_worker(DISCOGS_PER_MINUTE="3", MUSICBRAINZ_PER_SECOND="0.02")
        job_id = parts.console.upload(barcodes(MANY), "Estate of a DJ, boxes 4 to 9.txt")
        until(lambda: any("quota" in wait for wait in parts.console.job(job_id)["waits_for"]), seconds=60.0)
        yield Stage(parts, job_id)


@contextlib.contextmanager
def outage(folder: Path) -> Iterator[Stage]:
    """Have the store stop to answer while the screens are open."""
    with _worked(folder) as stage:
        yield Stage(stage.parts, _halfway(stage.parts), befalls=stage.parts.store_away, says=AWAY)


@contextlib.contextmanager
def outage_from_the_start(folder: Path) -> Iterator[Stage]:
    """Have a store that does not answer to screens that were never open."""
    with _worked(folder) as stage, stage.parts.store_away():
        yield replace(stage, says=AWAY)


@contextlib.contextmanager
def console_gone(folder: Path) -> Iterator[Stage]:
    """Have the console die while the screens are open."""
    with _worked(folder) as stage:
        yield Stage(stage.parts, stage.job_id, befalls=lambda: _killed(stage.parts), says=GONE, draws=False)


@contextlib.contextmanager
def console_restarted(folder: Path) -> Iterator[Stage]:
    """Have the console die and come back while the screens are open."""
    with _worked(folder) as stage:
        yield Stage(stage.parts, stage.job_id, befalls=lambda: _restarted(stage.parts))


STATES: Mapping[str, State] = MappingProxyType(
    {
        state.__name__.replace("_", "-"): state
        for state in (
            empty,
            loading,
            usual,
            working,
            paused,
            interrupted,
            no_worker,
            quota,
            outage,
            outage_from_the_start,
            console_gone,
            console_restarted,
        )
    }
)


def barcodes(count: int) -> str:
    """Return a file of `count` barcodes that the sandbox knows, one a line."""
    lines = RELEASES.read_text(encoding="utf-8").splitlines()
    known = dict.fromkeys(release["barcodes"][0] for release in map(json.loads, lines) if release["barcodes"])
    return "".join(f"{barcode}\n" for barcode in list(known)[:count])


@contextlib.contextmanager
def _place(folder: Path) -> Iterator[Installation]:
    """Run an installation with the sample in its bucket."""
    sample = folder / "files" / SAMPLE.removeprefix("gs://")
    sample.parent.mkdir(parents=True)
    sample.write_text(SAMPLE_TEXT, encoding="utf-8")
    with installation(folder) as parts:
        yield parts


@contextlib.contextmanager
def _worked(folder: Path) -> Iterator[Stage]:
    """Run an installation with a worker that has done two batches."""
    with _place(folder) as parts:
        parts.start_worker(EBAY_ROWS_A_CALL="1")  # so that a batch lasts for as long as pictures are taken
        small = parts.console.upload(f"{SEVERAL}\n{SEVERAL}\n7961220922684\n", "Second shelf.txt")
        sample = parts.console.upload(SAMPLE_TEXT, "exu2.txt")
        for job_id in (small, sample):
            parts.console.ended(job_id, seconds=60.0)
        _scanned(parts)
        yield Stage(parts, sample)


def _scanned(parts: Installation) -> None:
    """Fill a scan session with copies that are known, that nobody knows, that come again, and that were graded."""
    post = parts.console.post
    post("/api/scans", name="Shelf 3", session_id=SESSION)
    texts = ("074646362822", "VG+", "12.50", "7961220922684", SEVERAL, "700000000009", "12345678", "074646362822")
    lines = [{"id": f"l{at}", "text": text, "of": "l0"} for at, text in enumerate(texts)]
    post(f"/api/scans/{SESSION}/lines", lines=lines)
    until(lambda: not parts.console.get(f"/api/scans/{SESSION}")["counts"]["waiting"], seconds=60.0)


def _halfway(parts: Installation) -> str:
    """Return a batch of which a part is done and the rest goes slowly."""
    parts.sandbox.latency(ebay=0.2)
    job_id = parts.console.upload(barcodes(MANY), "Estate of a DJ, boxes 4 to 9.txt")
    until(lambda: parts.console.job(job_id)["processed_upcs"] >= SOME, seconds=60.0)
    parts.sandbox.latency(ebay=SLOW_SECONDS)
    return job_id


def _workers(parts: Installation) -> set[str]:
    """Return the states of all workers that have not ended."""
    return {worker["state"] for worker in parts.console.get("/api/workers")["workers"]}


@contextlib.contextmanager
def _killed(parts: Installation) -> Iterator[None]:
    parts.kill_console()
    yield
    parts.start_console()


@contextlib.contextmanager
def _restarted(parts: Installation) -> Iterator[None]:
    parts.kill_console()
    parts.start_console()
    yield
