"""The card beside a checked file: what the batch will do, and the button that says what it starts."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

import streamlit as st

from console import upstreams
from console.actions import act
from console.context import Context
from console.formatting import number, rows
from console.screens.new_batch import choices, kept, profiles
from console.widgets import writing
from console.widgets.facts import facts
from console.widgets.text import plain
from engine.public import (
    NAMES,
    Check,
    DraftedBefore,
    Job,
    JobStatus,
    Layout,
    ListedBefore,
    Options,
    PriceBasis,
    PriceRule,
    RowState,
    Service,
    StoreError,
    TableView,
    UpstreamsView,
    changed,
)

_MODE_HELP = (
    "**Dry run** finds releases, pictures and prices and composes the drafts; nothing is sent to eBay. "
    "**First 25** makes real drafts of the first 25 rows. **All** takes every row. Nothing is ever published."
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a batch is started over: a file, its check, how it is read; `by_hand` are the tables chosen to be so."""

    path: str
    check: Check
    layout: Layout
    by_hand: tuple[TableView, ...]


def draw(context: Context, source: Source) -> None:
    """Draw the choices and the start."""
    check = source.check
    with st.container(border=True, key="card_start", gap="small"):
        st.subheader("Before you start", anchor=False)
        upload = kept.restored()
        called = (upload and upload.name) or PurePosixPath(check.name).stem
        name = st.text_input("Batch name", called, key=f"name_{check.name}", max_chars=80)
        before = upload.options if upload else None
        mode = st.segmented_control(
            "Mode",
            [choices.DRY_RUN, choices.FIRST, choices.ALL],
            default=choices.mode_of(before),
            required=True,
            key="mode",
            help=_MODE_HELP,
            width="stretch",
        )
        profile = profiles.draw(context, before.profile if before else "")
        begun = before if before and before.profile == profile.name else profile.options()
        services = upstreams.look(context)
        options, usable = choices.draw(context, services, check, mode, choices.Start(begun, profile))
        options = changed(options, layout=source.layout)
        kept.store(context, name, options)
        listed = listed_before(context, source.path, source.layout, options.first)
        _summary(services, check, options, listed.barcodes if listed else None)
        total = min(check.total, options.first or check.total)
        writing.button(
            context,
            f"Start {'dry run' if options.test_mode else 'batch'} of {number(total)}",
            key="start",
            icon=":material/play_arrow:",
            type="primary",
            width="stretch",
            shortcut="Ctrl+Enter",
            disabled=not usable,
            on_click=_start,
            args=(context, source, options, name.strip(), total),
        )
        st.caption("The file is kept. Closing this tab does not stop the batch.")


def listed_before(context: Context, path: str, layout: Layout, first: int | None = None) -> ListedBefore | None:
    """Return what of a file, or of its `first` rows, has drafts in other batches; None where nobody can tell."""
    read = partial(context.engine.listed_before, path, layout=layout, first=first)
    return context.poller.look(("listed before", path, layout, first), read, every=30).value


def _summary(services: UpstreamsView | None, check: Check, options: Options, drafted_before: int | None) -> None:
    """Draw what will happen, one line each; `drafted_before` counts the barcodes that have drafts already."""
    total = min(check.total, options.first or check.total)
    invalid = check.counts[RowState.INVALID]
    if options.test_mode:
        drafts = "composed, nothing is sent to eBay"
    elif services and services.connected(Service.EBAY) is False:
        drafts = "composed and kept here: eBay is not connected"
    else:
        drafts = "at eBay, unpublished; publishing stays with you"
    left = check.total - total
    distinct = min(total, check.looked_up)
    facts(
        {
            "Rows": number(total) + (f" of {number(check.total)}, the rest is left out" if left else ""),
            "Invalid": f"{number(invalid)}, will need attention with the reason" if invalid else None,
            "Drafted before": _drafted_already(drafted_before, options) if drafted_before else None,
            "Drafts": drafts,
            "Prices": _unpriceable(services, check, options.price_rule),
            "Time": _time(services, options, distinct),
            "Look-ups": services and ", ".join(ahead.words for ahead in services.calls_ahead(distinct, options)),
        }
    )


def _unpriceable(services: UpstreamsView | None, check: Check, rule: PriceRule) -> str | None:
    """Return that the rule finds no price, None when it may find some, or nobody knows."""
    in_file = "those of the file alone" if "price" in check.columns else "none"
    if rule.basis is PriceBasis.FIXED:
        return None if rule.fixed else f"{in_file}. You can give prices later, all at once"
    service = Service.EBAY if rule.basis is PriceBasis.COMPARABLE else Service.DISCOGS
    if rule.fixed or not services or services.connected(service) is not False:
        return None
    return f"{in_file}: {NAMES[service]} is not connected. You can give prices later, all at once"


def _drafted_already(count: int, options: Options) -> str:
    """Return how many barcodes have drafts already, and what becomes of their rows."""
    fates = {
        DraftedBefore.AGAIN: "drafted again",
        DraftedBefore.SKIP: "skipped",
        DraftedBefore.QUANTITY: "added to them where they are alike",
    }
    has = "1 barcode has a draft" if count == 1 else f"{number(count)} barcodes have drafts"
    return f"{has} already: {fates[options.drafted_before]}"


def _time(services: UpstreamsView | None, options: Options, rows: int) -> str | None:
    """Return how long the batch will take with the quotas; None while that is not known."""
    forecast = services.forecast(rows, options) if services else None
    return upstreams.ending(forecast, services) if services and forecast else None


def _start(context: Context, source: Source, options: Options, name: str, total: int) -> None:
    """Start the batch, and remember for the headers what was chosen; pressed twice it is one batch."""
    draft = st.query_params.get(kept.DRAFT, "")
    chosen = json.dumps([draft, source.path, name, repr(options)])
    request_id = hashlib.sha256(chosen.encode()).hexdigest()[:32]
    submission = context.engine.submission

    def submit() -> Job:
        for table in source.by_hand:
            submission.known_headers.remember(table.header, table.layout)
        job = submission.submit(source.path, options, name=name, request_id=request_id, total=total)
        with suppress(StoreError):  # then it goes away by its age
            submission.uploads.drop(draft)
        return job

    job = act(context, _started, submit)
    if job is not None:
        kept.forget()
        st.session_state["opened"] = job.job_id


def _started(job: Job) -> str:
    if job.status is JobStatus.PENDING:
        return f"{plain(job.name)} is queued: {rows(job.total_upcs or 0)}."
    return f"{plain(job.name)} was already started, and is not started twice. This is it."
