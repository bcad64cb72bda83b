"""The rules of retention that the settings ask for."""

from __future__ import annotations

from datetime import timedelta

from engine.access.audit import Audit
from engine.addresses import SqliteAddress, store_address
from engine.batches.deletion import Deletions
from engine.batches.rows import RowFiles
from engine.clock import Clock
from engine.domain.retention import Keep
from engine.files.base import Files
from engine.maintenance.retention import Retention
from engine.maintenance.retention_rules import Rules
from engine.settings import Settings
from engine.store.base import Store


def open_retention(settings: Settings, store: Store, files: Files, clock: Clock) -> Retention:
    """Return the retention of a worker; what has expired Firestore takes away by itself, and SQLite does not."""
    rules = Rules(store, files, Deletions(store, RowFiles(files)), _keep(settings), Audit(store, clock))
    expired = isinstance(store_address(settings.store), SqliteAddress)
    return Retention(store, files, clock, rules.all(expired=expired))


def _keep(settings: Settings) -> Keep:
    return Keep(
        batches=_days(settings.keep_batches_days),
        scans=_days(settings.keep_scans_days),
        files=_days(settings.keep_files_days),
        notifications=_days(settings.keep_notifications_days),
        audit=_days(settings.keep_audit_days),
    )


def _days(days: int) -> timedelta | None:
    return timedelta(days=days) if days else None
