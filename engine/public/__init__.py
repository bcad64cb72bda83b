"""The one door to the engine: all that the console and the API may know of it."""

from __future__ import annotations

from engine.access.sessions import Sessions
from engine.access.tokens import Tokens
from engine.batches.archive import Archive
from engine.batches.attention import Attention, Concerned, FailedRow, Repeated
from engine.batches.bulk_actions import BulkAction, BulkActions, RowResult, SeenRow
from engine.batches.commands import MOST_AGAIN, Commands
from engine.batches.connections import ConnectionTest
from engine.batches.deletion import Deletion, Deletions
from engine.batches.documents import Event
from engine.batches.drafts import Drafts
from engine.batches.exports import Exports, Only
from engine.batches.fixes import Fixes
from engine.batches.health import Health, HealthCheck, Troubles
from engine.batches.listing import BatchFilter
from engine.batches.notifications import ChannelView
from engine.batches.queries import Queries
from engine.batches.revisions import RowsView, history_revision, rows_revision
from engine.batches.scans import MOST_LINES
from engine.batches.seller import Profiles
from engine.batches.seller_account import Account, AccountView, Errand
from engine.batches.shift import LONGEST_SHIFT, Finished, Running, ShiftReport, Shifts
from engine.batches.shift_text import fix_line
from engine.batches.shift_text import message as shift_message
from engine.batches.stuck import MendedAt, Stuck
from engine.batches.submission import Submission
from engine.batches.taking import Entry, Taken
from engine.batches.throughput import Throughput
from engine.batches.upstream_views import UpstreamState, UpstreamsView, UpstreamView, local_times
from engine.batches.views import NO_ENGINE, START_ENGINE, BatchView, CauseCount, Overview, Wait, WorkerView
from engine.catalog.catalogue import Catalogue, CatalogueView
from engine.catalog.update import UpdateState
from engine.clock import Clock, SystemClock
from engine.codec import encode
from engine.codec import replace as changed
from engine.credentials.accounts import AccountsView, EbayAccess
from engine.credentials.consent import Answered
from engine.credentials.credentials import Source
from engine.credentials.scopes import SCOPES, Scope
from engine.credentials.scopes import missing as missing_scopes
from engine.doctor.report import Finding, Level, Report
from engine.domain import access, audit, people, retention
from engine.domain.batch.additions import not_in as copies_not_in_draft
from engine.domain.batch.advice import Advice, advice_on
from engine.domain.batch.decisions import MAX_CENTS, MAX_NOTE, MAX_PARAGRAPH, MAX_QUANTITY, barcode_problem
from engine.domain.batch.draft_index import DraftRecord, Review, review
from engine.domain.batch.fixes import Fix, FixKind, FixState, Remedy, RowsWanted, kinds
from engine.domain.batch.fixes import decisions as fix_decisions
from engine.domain.batch.grades import Grade, Grading
from engine.domain.batch.items import Attempt, Item, ItemStatus, Outcome
from engine.domain.batch.jobs import ENDED, OPEN, Job, JobStatus, Visibility
from engine.domain.batch.layout import FOUND, Layout, Role, TableLayout, unpacked
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates, Need, NoPrice, Options
from engine.domain.batch.rows import Condition, Row, RowState
from engine.domain.batch.scans import Found, Scan, ScanSession, ScanState
from engine.domain.batch.throughput import RECENT as RECENT_MINUTES
from engine.domain.batch.unpriced import Prices
from engine.domain.batch.upload import Upload
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing import titles
from engine.domain.listing.categories import CATEGORIES
from engine.domain.listing.category_rules import EBAY as RULES_OF_EBAY
from engine.domain.listing.composition import Draft
from engine.domain.listing.description.preview import Example
from engine.domain.listing.description.template import MAX_TEMPLATE, PLACEHOLDERS, TEMPLATE_EXAMPLE
from engine.domain.listing.description.texts import ListingTexts
from engine.domain.listing.grading import usual_conditions
from engine.domain.listing.pricing import DISCOGS_BASES, Price, PriceBasis, PriceEvidence, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.domain.listing.seller_account import (
    COUNTRIES,
    MANAGE_POLICIES,
    OPT_IN,
    Address,
    Location,
    Policy,
    PolicyKind,
    SellerAccount,
    new_location,
)
from engine.domain.listing.seller_hub import Plan
from engine.domain.listing.seller_profiles import Chosen, Profile, SellerSettings
from engine.domain.listing.seller_terms import Package
from engine.domain.notifications import Notification
from engine.domain.services import CONNECT_EBAY, DISCOGS_TERMS, EBAY_LICENCE, NAMES, NOT_AFFILIATED, Service
from engine.errors import (
    BadRequest,
    Cause,
    EngineError,
    FileForbidden,
    FilesAway,
    JobError,
    JobUnknown,
    SecretsError,
    StoreError,
    UnreadableFile,
)
from engine.outage import Outage
from engine.pipeline.kept_answers import MOST_FORGOTTEN, Forgotten, KeptAnswers
from engine.public.engine import Engine, ListedBefore
from engine.quota.forecast import Forecast
from engine.reading import MOST_BYTES, Check, Record, TableView
from engine.reading.pictures import barcodes_in

__all__ = [
    "CATEGORIES",
    "CONNECT_EBAY",
    "COUNTRIES",
    "DISCOGS_BASES",
    "DISCOGS_TERMS",
    "EBAY_LICENCE",
    "ENDED",
    "FOUND",
    "LONGEST_SHIFT",
    "MANAGE_POLICIES",
    "MAX_CENTS",
    "MAX_NOTE",
    "MAX_PARAGRAPH",
    "MAX_QUANTITY",
    "MAX_TEMPLATE",
    "MOST_AGAIN",
    "MOST_BYTES",
    "MOST_FORGOTTEN",
    "MOST_LINES",
    "NAMES",
    "NOT_AFFILIATED",
    "NO_ENGINE",
    "OPEN",
    "OPT_IN",
    "PLACEHOLDERS",
    "RECENT_MINUTES",
    "RULES_OF_EBAY",
    "SCOPES",
    "START_ENGINE",
    "TEMPLATE_EXAMPLE",
    "Account",
    "AccountView",
    "AccountsView",
    "Address",
    "Advice",
    "Ambiguous",
    "Answered",
    "Archive",
    "Attempt",
    "Attention",
    "BadRequest",
    "BatchFilter",
    "BatchView",
    "BulkAction",
    "BulkActions",
    "Catalogue",
    "CatalogueView",
    "Cause",
    "CauseCount",
    "ChannelView",
    "Check",
    "Chosen",
    "Clock",
    "Commands",
    "Concerned",
    "Condition",
    "ConnectionTest",
    "Deletion",
    "Deletions",
    "Draft",
    "DraftNeed",
    "DraftRecord",
    "DraftedBefore",
    "Drafts",
    "Duplicates",
    "EbayAccess",
    "Engine",
    "EngineError",
    "Entry",
    "Errand",
    "Event",
    "Example",
    "Exports",
    "FailedRow",
    "FileForbidden",
    "FilesAway",
    "Finding",
    "Finished",
    "Fix",
    "FixKind",
    "FixState",
    "Fixes",
    "Forecast",
    "Forgotten",
    "Found",
    "Grade",
    "Grading",
    "Health",
    "HealthCheck",
    "Item",
    "ItemStatus",
    "Job",
    "JobError",
    "JobStatus",
    "JobUnknown",
    "KeptAnswers",
    "Layout",
    "Level",
    "ListedBefore",
    "ListingTexts",
    "Location",
    "MendedAt",
    "Need",
    "NoPrice",
    "Notification",
    "Only",
    "Options",
    "Outage",
    "Outcome",
    "Overview",
    "Package",
    "Plan",
    "Policy",
    "PolicyKind",
    "Price",
    "PriceBasis",
    "PriceEvidence",
    "PriceRule",
    "Prices",
    "Profile",
    "Profiles",
    "Queries",
    "Record",
    "ReleaseSummary",
    "Remedy",
    "Repeated",
    "Report",
    "Review",
    "Role",
    "Row",
    "RowResult",
    "RowState",
    "RowsView",
    "RowsWanted",
    "Running",
    "Scan",
    "ScanSession",
    "ScanState",
    "Scope",
    "SecretsError",
    "SeenRow",
    "SellerAccount",
    "SellerSettings",
    "Service",
    "Sessions",
    "ShiftReport",
    "Shifts",
    "Source",
    "StoreError",
    "Stuck",
    "Submission",
    "SystemClock",
    "TableLayout",
    "TableView",
    "Taken",
    "Throughput",
    "Tokens",
    "Troubles",
    "UnreadableFile",
    "UpdateState",
    "Upload",
    "UpstreamState",
    "UpstreamView",
    "UpstreamsView",
    "Visibility",
    "Wait",
    "WorkerView",
    "access",
    "advice_on",
    "audit",
    "barcode_problem",
    "barcodes_in",
    "changed",
    "copies_not_in_draft",
    "encode",
    "fix_decisions",
    "fix_line",
    "history_revision",
    "kinds",
    "local_times",
    "missing_scopes",
    "new_location",
    "people",
    "retention",
    "review",
    "rows_revision",
    "shift_message",
    "titles",
    "unpacked",
    "usual_conditions",
]
