"""The checks that cost nothing: settings, stores, files, emulators, disk and catalogue. Each returns its finding."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from engine.batches.drafts import Drafts
from engine.batches.listing import BEGINNING, BatchFilter
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.catalog.file import open_catalog
from engine.clock import Clock
from engine.doctor.report import Finding, ok, problem, warning
from engine.domain.access import Role
from engine.domain.batch.draft_index import Review
from engine.domain.batch.jobs import JobStatus
from engine.domain.people import Listed, RolePolicy
from engine.errors import CatalogDamaged, EngineError, FileError, StoreError
from engine.files.base import Files
from engine.settings import Settings
from engine.store.base import Put, Store

PROBE = "doctor/probe"
EMULATORS = {"FIRESTORE_EMULATOR_HOST": "Firestore", "STORAGE_EMULATOR_HOST": "Cloud Storage"}
LITTLE_ROOM = 5 << 30  # bytes; a catalogue takes some eight gigabytes while it is made
NO_ROOM = 500 << 20
OLD_CATALOG = timedelta(days=62)  # two monthly dumps were missed
SLOW_SECONDS = 1.0


def settings(chosen: Settings, contact: str = "") -> Finding:
    """Check what must be set before the real services are called; that each value can be used is checked before.

    `contact` is the one that was entered on the Connections screen, "" for none.
    """
    if chosen.profile == "demo":
        return ok("Settings", "Demo: the sandbox on this machine stands in for every service.")
    if not (chosen.contact or contact):
        advice = "Press Save address on the Connections screen, or set DM_CONTACT: an e-mail address or a web page."
        return problem("Settings", "MusicBrainz demands a contact with every call, and none is set.", advice)
    return ok("Settings", "Live: the real services are called.")


def admins(policy: RolePolicy, listed: Sequence[Listed]) -> Finding:
    """Check that somebody may give roles to the others, where people sign in."""
    if policy.names_an_admin or any(one.role is Role.ADMIN for one in listed):
        return ok("Admins", "Somebody is admin, and can give roles to the others.")
    advice = "Set DM_ADMINS to how the sign-in names you, or: python -m engine people assign NAME admin."
    return problem("Admins", "People sign in, and nobody is admin: nobody can give roles, or set keys.", advice)


def job_store(store: Store, clock: Clock) -> Finding:
    """Write a document and read it back."""
    mark, begun = secrets.token_hex(8), clock.monotonic()
    try:
        store.commit(Put(PROBE, {"mark": mark, "at": clock.now()}))
        (found,) = store.get(PROBE)
    except StoreError as error:
        return problem("Job store", str(error), "Check DM_STORE, and that this machine may read and write there.")
    if found is None or found.fields["mark"] != mark:
        advice = "Check that DM_STORE names one store, not a copy that lags behind."
        return problem("Job store", "What was written was not there when it was read.", advice)
    seconds = clock.monotonic() - begun
    sentence = f"It takes a document and gives it back ({seconds * 1000:.0f} ms)."
    slow = "Every row waits so long at each of its ends: run the engine near its store."
    return warning("Job store", sentence, slow) if seconds > SLOW_SECONDS else ok("Job store", sentence)


def indexes(store: Store, files: Files) -> Finding:
    """Ask the queries that Firestore answers only with an index of their own."""
    queries, drafts = Queries(store, RowFiles(files)), Drafts(store)
    asked: tuple[Callable[[], object], ...] = (
        lambda: queries.jobs(limit=1, wanted=BatchFilter(status=JobStatus.PENDING)),
        lambda: queries.jobs(limit=1, wanted=BatchFilter("a", since=BEGINNING)),
        lambda: drafts.page(review=Review.OPEN, limit=1),
        lambda: drafts.page(look=True, limit=1),
        lambda: drafts.of_key("0" * 14, limit=1),
        queries.queued,
    )
    try:
        for ask in asked:
            ask()
    except EngineError as error:
        advice = "Deploy the indexes: firebase deploy --only firestore:indexes (deploy/README.md)."
        return problem("Indexes", str(error), advice)
    return ok("Indexes", "The store answers the queries that need an index.")


def file_store(files: Files) -> Finding:
    """Write a file and read it back; the one from an earlier check stays and is as good."""
    path, content = f"{files.home}/doctor/probe.txt", b"Written by a check of this installation.\n"
    try:
        files.create(path, content)
        whole = files.read(path) == content
    except FileError as error:
        return problem("Files", str(error), "Check DM_FILES, and that this machine may read and write there.")
    if not whole:
        return problem("Files", f"{path} holds something else than was written.", "Delete it and check again.")
    return ok("Files", "They can be written and read.")


def emulators(environment: Mapping[str, str], *, live: bool) -> Finding:
    """Name the emulators that stand in for Google's services."""
    used = [f"{name} at {host}" for variable, name in EMULATORS.items() if (host := environment.get(variable))]
    if not used:
        return ok("Emulators", "None is used.")
    sentence = f"{' and '.join(used)}: an emulator, which forgets everything when it ends."
    names = " and ".join(variable for variable in EMULATORS if environment.get(variable))
    return warning("Emulators", sentence, f"Unset {names} for real batches.") if live else ok("Emulators", sentence)


def disk(folder: Path) -> Finding:
    """Check the room where the stores and the catalogue of this machine lie."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    sentence = f"{free / (1 << 30):,.1f} GB are free at {place}."
    if free < NO_ROOM:
        return problem("Disk", sentence, "Make room: a store that is full takes no row.")
    if free < LITTLE_ROOM:
        return warning("Disk", sentence, "A catalogue takes up to eight while it is made.")
    return ok("Disk", sentence)


def catalogue(path: Path, clock: Clock) -> Finding:
    """Check whether there is an offline catalogue, and how old it is."""
    update = "Run python -m engine catalog update."
    try:
        catalog = open_catalog(path)
    except CatalogDamaged as damaged:
        return problem("Catalogue", str(damaged), update)
    if catalog is None:
        return ok(
            "Catalogue",
            "There is none: every barcode is looked up. A free one is made by: python -m engine catalog update.",
        )
    catalog.close()
    age = clock.now().date() - catalog.about.made_on
    sentence = f"{catalog.about.kept:,} releases of {catalog.about.made_on}, {age.days} days old."
    return warning("Catalogue", sentence, update) if age > OLD_CATALOG else ok("Catalogue", sentence)
