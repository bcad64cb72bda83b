"""The card beside a checked file: the options of the batch, and the button that says what it starts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

import streamlit as st

from console import upstreams
from console.actions import act
from console.context import Context, operator
from console.formatting import number, rows
from console.screens.new_batch import grades, profiles
from console.widgets import price_rule
from console.widgets.facts import facts
from console.widgets.text import plain
from engine.public import (
    NAMES,
    Ambiguous,
    BadRequest,
    Check,
    DraftedBefore,
    Duplicates,
    FileForbidden,
    Job,
    JobStatus,
    Layout,
    Need,
    Options,
    PriceBasis,
    PriceRule,
    Profile,
    RowState,
    Service,
    TableView,
    UpstreamsView,
    changed,
)

REQUEST = "request"  # in the URL: it makes a second click the same start
DRY_RUN, FIRST, ALL = "Dry run", "First 25", "All"
FIRST_ROWS = 25

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
        name = st.text_input("Batch name", PurePosixPath(check.name).stem, key=f"name_{check.name}", max_chars=80)
        mode = st.segmented_control(
            "Mode", [DRY_RUN, FIRST, ALL], default=ALL, required=True, key="mode", help=_MODE_HELP, width="stretch"
        )
        profile = profiles.draw(context)
        services = upstreams.look(context)
        options, usable = _options(context, services, check, mode, profile)
        options = changed(options, layout=source.layout)
        drafted = partial(context.engine.drafted_before, source.path, layout=source.layout, first=options.first)
        topic = ("drafted before", source.path, source.layout, options.first)
        before = context.poller.look(topic, drafted, every=30).value
        _summary(services, check, options, before)
        total = min(check.total, options.first or check.total)
        st.button(
            f"Start {'dry run' if options.test_mode else 'batch'} of {number(total)}",
            icon=":material/play_arrow:",
            type="primary",
            width="stretch",
            shortcut="Ctrl+Enter",
            disabled=not usable,
            on_click=_start,
            args=(context, source, options, name.strip(), total),
        )
        st.caption("The file is kept. Closing this tab does not stop the batch.")


def _options(
    context: Context, services: UpstreamsView | None, check: Check, mode: str | None, profile: Profile
) -> tuple[Options, bool]:
    """Draw the choices; return them, and whether a batch can be started with them."""
    key = f"_{profile.name}_{profile.changed_at}" if profile.changed_at else ""
    left, right = st.columns(2, gap="small")
    with left:
        condition = grades.condition(check, profile.condition, key)
    with right:
        discogs = _discogs(services)
    own_grades = grades.draw(key)
    left, right = st.columns(2, gap="small")
    with left:
        ambiguous = _ambiguous()
    with right:
        drafted_before = _drafted_before()
    duplicates = _duplicates(check)
    rule = price_rule.draw(profile.price_rule, key=key, in_file=check.columns.get("price", ""))
    no_price = price_rule.without(profile.no_price, key=key)
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
        profile=profile.name,
        no_price=no_price,
        grading=own_grades,
        grade_map=profile.grade_map,
    )
    return options, price_rule.possible(rule) and photos_usable


def _ambiguous() -> Ambiguous:
    """Draw the choice for rows with several matching releases."""
    choices = {Ambiguous.HOLD: "Hold for my choice", Ambiguous.BEST: "Draft the best"}
    return st.selectbox(
        "If several releases match",
        list(choices),
        format_func=choices.__getitem__,
        key="ambiguous",
        help="About one barcode in twelve belongs to several releases that differ. **Hold**: the row needs attention "
        "until you choose. **Draft the best**: the best-ranked one is drafted, and listed on Drafts as worth a look.",
    )


def _drafted_before() -> DraftedBefore:
    """Draw the choice for rows whose barcode an earlier batch has drafted."""
    choices = {
        DraftedBefore.AGAIN: "Draft it again",
        DraftedBefore.SKIP: "Skip the row",
        DraftedBefore.QUANTITY: "Add to the quantity",
    }
    return st.selectbox(
        "If drafted before",
        list(choices),
        format_func=choices.__getitem__,
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
    choices = {Duplicates.EACH: "One draft each", Duplicates.QUANTITY: "One draft, with quantity"}
    chosen = st.segmented_control(
        f"Repeated barcodes ({number(repeated)})",
        list(choices),
        default=Duplicates.EACH,
        required=True,
        format_func=choices.__getitem__,
        key="duplicates",
        width="stretch",
    )
    return chosen or Duplicates.EACH


def _photos(context: Context) -> tuple[str, bool]:
    """Draw the pattern for the names of the operator's own photos; return it, and whether it can be used."""
    pattern = st.text_input(
        "Own photos",
        key="photos",
        placeholder="gs://bucket/photos/{upc}_*.jpg",
        help="Where each row's own pictures are, by name: `{upc}` is its barcode, `*` any part of a file's name; up to "
        "24, sorted by name. eBay can fetch those in a bucket that `DM_PUBLIC_BUCKETS` says is public; of others the "
        "draft says that you must upload them. Photos named in the file count first.",
    ).strip()
    try:
        context.engine.submission.check_photos(pattern)
    except (BadRequest, FileForbidden) as error:
        st.caption(":red[Photos cannot be found by this name:]")
        st.text(str(error))
        return pattern, False
    return pattern, True


def _discogs(services: UpstreamsView | None) -> Need:
    """Draw the choice for when Discogs refuses us; there is none when Discogs is not used."""
    if services and services.connected(Service.DISCOGS) is False:
        return Need.REQUIRED
    choices = {Need.REQUIRED: "Stop and tell me", Need.OPTIONAL: "MusicBrainz alone"}
    return st.selectbox(
        "If Discogs refuses us",
        list(choices),
        format_func=choices.__getitem__,
        key="discogs",
        help="When Discogs does not accept our token, the batch stops, or goes on with MusicBrainz alone: its rows "
        "then say that they lack Discogs. While a service is only down, rows that the other knows go on either way.",
    )


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
    distinct = min(total, check.counts[RowState.READY] + check.counts[RowState.REPAIRED])
    facts(
        {
            "Rows": number(total) + (f" of {number(check.total)}, the rest is left out" if left else ""),
            "Invalid": f"{number(invalid)}, will need attention with the reason" if invalid else None,
            "Drafted before": _drafted_already(drafted_before, options) if drafted_before else None,
            "Drafts": drafts,
            "Prices": _unpriceable(services, check, options.price_rule),
            "Time": _time(services, options, distinct),
            "Look-ups": services and upstreams.calls_of(services, options, distinct),
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
    chosen = json.dumps([st.query_params.get(REQUEST, ""), source.path, name, repr(options)])
    request_id = hashlib.sha256(chosen.encode()).hexdigest()[:32]
    submission = context.engine.submission

    def submit() -> Job:
        for table in source.by_hand:
            submission.known_headers.remember(table.header, table.layout, by=operator())
        return submission.submit(source.path, options, name=name, by=operator(), request_id=request_id, total=total)

    job = act(context, _started, submit)
    if job is not None:
        st.session_state["opened"] = job.job_id


def _started(job: Job) -> str:
    if job.status is JobStatus.PENDING:
        return f"{plain(job.name)} is queued: {rows(job.total_upcs or 0)}."
    return f"{plain(job.name)} was already started, and is not started twice. This is it."
