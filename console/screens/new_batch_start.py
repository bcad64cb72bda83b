"""The card beside a checked file: how the batch is to be run, and the button that says what it starts."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import PurePosixPath

import streamlit as st

from console import upstreams, words
from console.actions import act
from console.context import Context, operator
from console.figures import number, rows
from console.screens import new_batch_price
from console.widgets.facts import facts
from engine.domain.jobs import Job, JobStatus
from engine.domain.options import Ambiguous, DraftedBefore, Duplicates, Need, Options
from engine.domain.rows import Condition, RowState
from engine.domain.services import Service
from engine.errors import BadRequest, FileForbidden
from engine.public import Check, UpstreamsView

REQUEST = "request"  # of the address: what makes a second click the same start
DRY_RUN, FIRST, ALL = "Dry run", "First 25", "All"
FIRST_ROWS = 25

_MODE_HELP = (
    "**Dry run** finds releases, pictures and prices and composes the drafts; nothing is sent to eBay. "
    "**First 25** makes real drafts of the first 25 rows. **All** takes every row. Nothing is ever published."
)


def draw(context: Context, source: str, check: Check) -> None:
    """Draw the choices and the start."""
    with st.container(border=True, key="card_start", gap="small"):
        st.subheader("Before you start", anchor=False)
        name = st.text_input("Batch name", PurePosixPath(check.name).stem, key=f"name_{check.name}", max_chars=80)
        mode = st.segmented_control(
            "Mode", [DRY_RUN, FIRST, ALL], default=ALL, required=True, key="mode", help=_MODE_HELP, width="stretch"
        )
        services = upstreams.look(context)
        left, right = st.columns(2, gap="small")
        with left:
            condition = _condition(check)
        with right:
            discogs = _discogs(services)
        left, right = st.columns(2, gap="small")
        with left:
            ambiguous = _ambiguous()
        with right:
            drafted_before = _drafted_before()
        duplicates = _duplicates(check)
        rule = new_batch_price.draw(check)
        photos, photos_usable = _photos(context)
        options = Options(
            test_mode=mode == DRY_RUN,
            condition=condition,
            duplicates=duplicates,
            first=FIRST_ROWS if mode == FIRST and check.total > FIRST_ROWS else None,
            price_rule=rule,
            discogs=discogs,
            ambiguous=ambiguous,
            drafted_before=drafted_before,
            photos=photos,
        )
        _summary(services, check, options)
        total = min(check.total, options.first or check.total)
        st.button(
            f"Start {'dry run' if options.test_mode else 'batch'} of {number(total)}",
            icon=":material/play_arrow:",
            type="primary",
            width="stretch",
            shortcut="Ctrl+Enter",
            disabled=not (new_batch_price.possible(rule) and photos_usable),
            on_click=_start,
            args=(context, source, options, name.strip(), total),
        )
        st.caption("The file is kept. Closing this tab does not stop the batch.")


def _condition(check: Check) -> Condition | None:
    """Draw the choice of a grading; there is none until somebody who has seen the copies makes it."""
    in_file = f" Rows whose `{check.columns['condition']}` names one keep it." if "condition" in check.columns else ""
    return st.selectbox(
        "Condition",
        list(Condition),
        index=None,
        format_func=words.CONDITION_WORDS.__getitem__,
        placeholder="Not stated",
        key="condition",
        help=f"The grading of every copy in this file. It is never guessed.{in_file}",
    )


def _ambiguous() -> Ambiguous:
    """Draw what becomes of rows whose barcode several releases carry."""
    labels = {Ambiguous.HOLD: "Hold for my choice", Ambiguous.BEST: "Draft the best"}
    return st.selectbox(
        "If several releases match",
        list(labels),
        format_func=labels.__getitem__,
        key="ambiguous",
        help="About one barcode in twelve is carried by releases that differ. **Hold**: the row needs attention until "
        "you choose. **Draft the best**: the best-ranked one is drafted, and listed on Drafts as worth a look.",
    )


def _drafted_before() -> DraftedBefore:
    """Draw what becomes of rows whose barcode an earlier batch has drafted."""
    labels = {
        DraftedBefore.AGAIN: "Draft it again",
        DraftedBefore.SKIP: "Skip the row",
        DraftedBefore.QUANTITY: "Add to the quantity",
    }
    return st.selectbox(
        "If drafted before",
        list(labels),
        format_func=labels.__getitem__,
        key="drafted_before",
        help="**Skip** leaves out a row whose barcode has a draft in an earlier batch, and says in which. Removed "
        "drafts and dry runs do not count. **Add to the quantity** makes that draft offer the copies of the row too, "
        "where a buyer would see the same: an unpublished draft at eBay with the same grade, note and own photos, "
        "whose release is not one of several, and no other price in your file. Any other row has a draft of its own, "
        "which says why.",
    )


def _duplicates(check: Check) -> Duplicates:
    repeated = check.counts[RowState.REPEATED]
    if not repeated:
        return Duplicates.EACH
    labels = {Duplicates.EACH: "One draft each", Duplicates.QUANTITY: "One draft, with quantity"}
    chosen = st.segmented_control(
        f"Repeated barcodes ({number(repeated)})",
        list(labels),
        default=Duplicates.EACH,
        required=True,
        format_func=labels.__getitem__,
        key="duplicates",
        width="stretch",
    )
    return chosen or Duplicates.EACH


def _photos(context: Context) -> tuple[str, bool]:
    """Draw how the operator's own photos are named; return it, and whether photos can be looked for so."""
    pattern = st.text_input(
        "Own photos",
        key="photos",
        placeholder="gs://bucket/photos/{upc}_*.jpg",
        help="Where each row's own pictures lie, by name: `{upc}` is its barcode, `*` any part of a file's name; up to "
        "24, sorted by name. eBay can fetch those in a bucket that `DM_PUBLIC_BUCKETS` says is public; of others the "
        "draft says that you must upload them. Photos named in the file count first.",
    ).strip()
    try:
        context.engine.submission.check_photos(pattern)
    except (BadRequest, FileForbidden) as error:
        st.caption(":red[No photos can be looked for by this name:]")
        st.text(str(error))
        return pattern, False
    return pattern, True


def _discogs(services: UpstreamsView | None) -> Need:
    """Draw what happens when Discogs refuses us; there is no choice where it is not asked."""
    if services and services.connected(Service.DISCOGS) is False:
        return Need.REQUIRED
    labels = {Need.REQUIRED: "Stop and tell me", Need.OPTIONAL: "MusicBrainz alone"}
    return st.selectbox(
        "If Discogs refuses us",
        list(labels),
        format_func=labels.__getitem__,
        key="discogs",
        help="When Discogs does not accept our token, the batch stops, or goes on with MusicBrainz alone: its rows "
        "then say that they lack Discogs. While a service is only down, rows that the other knows go on either way.",
    )


def _summary(services: UpstreamsView | None, check: Check, options: Options) -> None:
    """Draw what will happen, line by line."""
    total = min(check.total, options.first or check.total)
    invalid = check.counts[RowState.INVALID]
    if options.test_mode:
        drafts = "composed, nothing is sent to eBay"
    elif services and services.connected(Service.EBAY) is False:
        drafts = "composed and kept here: eBay is not connected"
    else:
        drafts = "at eBay, unpublished; publishing stays with you"
    left = check.total - total
    distinct = min(total, check.counts[RowState.READY] + check.counts[RowState.REPAIRED])
    facts(
        {
            "Rows": number(total) + (f" of {number(check.total)}, the rest is left out" if left else ""),
            "Invalid": f"{number(invalid)}, will need attention with the reason" if invalid else None,
            "Drafts": drafts,
            "Time": _time(services, options, distinct),
            "Look-ups": services and upstreams.calls_of(services, options, distinct),
        }
    )


def _time(services: UpstreamsView | None, options: Options, rows: int) -> str | None:
    """Return how long the quotas make the batch take; None while they do not tell."""
    forecast = services.forecast(rows, options) if services else None
    return upstreams.ending(forecast, services) if services and forecast else None


def _start(context: Context, source: str, options: Options, name: str, total: int) -> None:
    """Start the batch; pressed twice, with the same choices, it is one batch."""
    chosen = json.dumps([st.query_params.get(REQUEST, ""), source, name, options.document()])
    request_id = hashlib.sha256(chosen.encode()).hexdigest()[:32]
    submit = partial(
        context.engine.submission.submit,
        source,
        options,
        name=name,
        by=operator(),
        request_id=request_id,
        total=total,
    )
    job = act(context, _told, submit)
    if job is not None:
        st.session_state["opened"] = job.job_id


def _told(job: Job) -> str:
    if job.status is JobStatus.PENDING:
        return f"{job.name} is queued: {rows(job.total_upcs or 0)}."
    return f"{job.name} was started before, and is not started twice. This is it."
