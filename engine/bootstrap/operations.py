"""What the console and the API may ask of the engine."""

from __future__ import annotations

from pathlib import Path

from engine.access.audit import Audit
from engine.access.people import People
from engine.access.role_settings import role_policy
from engine.access.sessions import Sessions
from engine.access.tokens import Tokens
from engine.batches.archive import Archive
from engine.batches.attention import Attention
from engine.batches.commands import Commands
from engine.batches.deletion import Deletions
from engine.batches.drafts import Drafts
from engine.batches.exports import Exports
from engine.batches.fixes import Fixes
from engine.batches.fleet import FleetWatch
from engine.batches.health import HealthCheck
from engine.batches.notifications import Notifications
from engine.batches.previews import Previews
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.batches.scans import Scans
from engine.batches.seller import Profiles
from engine.batches.seller_account import Account
from engine.batches.submission import Submission
from engine.batches.upstreams import Upstreams
from engine.bootstrap.credentials import open_accounts
from engine.bootstrap.notifying import receivers
from engine.bootstrap.services import limits
from engine.bootstrap.stores import measured_store, open_files
from engine.catalog.catalogue import Catalogue
from engine.catalog.file import CurrentCatalog
from engine.clock import Clock, SystemClock
from engine.doctor.doctor import Doctor
from engine.files.base import Files
from engine.maintenance.retention import Retained
from engine.pipeline.kept_answers import KeptAnswers
from engine.pipeline.known import KnownReleases
from engine.public import Engine
from engine.settings import Settings, load
from engine.startup import require_store
from engine.store.base import Store


def open_engine(settings: Settings, clock: Clock | None = None) -> Engine:
    """Return the engine as the console and the API use it.

    Raises:
        BadSetting: a setting means nothing.
    """
    clock = clock or SystemClock()
    return engine_over(measured_store(settings, clock), open_files(settings.files), settings, clock)


def engine_over(store: Store, files: Files, settings: Settings, clock: Clock) -> Engine:
    """Return the engine over a store and files that are open."""
    rows = RowFiles(files)
    queries, drafts, answers = Queries(store, rows), Drafts(store), KeptAnswers(store, clock)
    submission = Submission(store, files, clock, settings.job_buckets)
    attention, health = Attention(store), HealthCheck(store, clock, files)
    upstreams = Upstreams(store, queries, clock, limits(settings))
    known = KnownReleases(store, CurrentCatalog(Path(settings.catalog), clock), clock, settings.coverart_url)
    return Engine(
        submission=submission,
        commands=Commands(store),
        queries=queries,
        exports=Exports(store, rows),
        health=health,
        upstreams=upstreams,
        drafts=drafts,
        accounts=open_accounts(settings, store, clock),
        profiles=Profiles(store),
        previews=Previews(drafts, queries, answers.release),
        seller_account=Account(store),
        answers=answers,
        catalogue=Catalogue(Path(settings.catalog), clock),
        doctor=Doctor(settings, store, files, clock),
        attention=attention,
        fixes=Fixes(store, clock),
        deletions=Deletions(store, rows),
        scans=Scans(store, clock, known, submission),
        archive=Archive(store),
        tokens=Tokens(store, clock),
        sessions=Sessions(store, clock),
        notifications=Notifications(store, clock, receivers(settings)),
        people=People(store, clock, role_policy(settings)),
        audit=Audit(store, clock),
        retained=Retained(store),
        fleet=FleetWatch(store, clock, queries, attention, upstreams, health),
    )


def open_existing() -> Engine:
    """Return the engine of this process over a job store that is there, for a command that never makes one.

    Raises:
        BadSetting: it is not, or a setting cannot be used.
    """
    settings = load()
    require_store(settings)
    return open_engine(settings)
