"""The choices of a batch, beside a checked file."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from console.context import Context
from console.formatting import number
from console.screens.new_batch import grades
from console.widgets import parts, price_rule
from engine.public import (
    Ambiguous,
    BadRequest,
    Check,
    DraftedBefore,
    Duplicates,
    FileForbidden,
    Need,
    Options,
    Profile,
    RowState,
    Service,
    UpstreamsView,
)

DRY_RUN, FIRST, ALL = "Dry run", "First 25", "All"
FIRST_ROWS = 25


@dataclass(frozen=True, slots=True)
class Start:
    """What the choices begin with: those that are kept of this file, else those of the `profile`."""

    options: Options
    profile: Profile


def mode_of(options: Options | None) -> str:
    """Return the mode that options were made with."""
    if options is None:
        return ALL
    return DRY_RUN if options.test_mode else FIRST if options.first else ALL


def draw(
    context: Context, services: UpstreamsView | None, check: Check, mode: str | None, start: Start
) -> tuple[Options, bool]:
    """Draw the choices; return them, and whether a batch can be started with them."""
    begun, profile = start.options, start.profile
    key = f"_{profile.name}_{profile.changed_at}" if profile.changed_at else ""
    pair = parts.pair()
    with pair.cell():
        condition = grades.condition(check, begun.condition, key)
    with pair.cell():
        discogs = _discogs(services, begun.discogs)
    own_grades = grades.draw(begun.grading, key)
    pair = parts.pair()
    with pair.cell():
        ambiguous = _ambiguous(begun.ambiguous)
    with pair.cell():
        drafted_before = _drafted_before(begun.drafted_before)
    duplicates = _duplicates(check, begun.duplicates)
    rule = price_rule.draw(begun.price_rule, key=key, in_file=check.columns.get("price", ""))
    no_price = price_rule.without(begun.no_price, key=key)
    photos, photos_usable = _photos(context, begun.photos)
    early_stop = check.total <= FIRST_ROWS or mode == FIRST or _early_stop(begun.early_stop)
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
        early_stop=early_stop,
    )
    return options, price_rule.possible(rule) and photos_usable


def _ambiguous(start: Ambiguous) -> Ambiguous:
    """Draw the choice for rows with several matching releases."""
    choices = {Ambiguous.HOLD: "Hold for my choice", Ambiguous.BEST: "Draft the best"}
    return st.selectbox(
        "If several releases match",
        list(choices),
        format_func=choices.__getitem__,
        index=list(choices).index(start) if start in choices else 0,
        key="ambiguous",
        help="About one barcode in twelve belongs to several releases that differ. **Hold**: the row needs attention "
        "until you choose. **Draft the best**: the best-ranked one is drafted, and listed on Drafts as worth a look.",
    )


def _drafted_before(start: DraftedBefore) -> DraftedBefore:
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
        index=list(choices).index(start) if start in choices else 0,
        key="drafted_before",
        help="**Skip** leaves out a row whose barcode has a draft in an earlier batch, and says in which. Removed "
        "drafts and dry runs do not count. **Add to the quantity** makes that draft offer the copies of the row too, "
        "where a buyer would see the same: an unpublished draft at eBay with the same grade, note and own photos, "
        "whose release is not one of several, and no other price in your file. Any other row has a draft of its own, "
        "which says why.",
    )


def _early_stop(start: bool) -> bool:
    """Draw the choice whether the batch pauses when its first rows match far worse than usual."""
    return st.toggle(
        "Pause if the first 25 match badly",
        start,
        key="early_stop",
        help="When the first 25 rows that are looked up match less than half as often as in your last five batches, "
        "the batch pauses and says the figures. You resume it, or check which column holds the barcodes.",
    )


def _duplicates(check: Check, start: Duplicates) -> Duplicates:
    repeated = check.counts[RowState.REPEATED]
    if not repeated:
        return Duplicates.EACH
    choices = {Duplicates.EACH: "One draft each", Duplicates.QUANTITY: "One draft, with quantity"}
    chosen = st.segmented_control(
        f"Repeated barcodes ({number(repeated)})",
        list(choices),
        default=start if start in choices else Duplicates.EACH,
        required=True,
        format_func=choices.__getitem__,
        key="duplicates",
        width="stretch",
    )
    return chosen or Duplicates.EACH


def _photos(context: Context, start: str) -> tuple[str, bool]:
    """Draw the pattern for the names of the operator's own photos; return it, and whether it can be used."""
    pattern = st.text_input(
        "Own photos",
        value=start,
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


def _discogs(services: UpstreamsView | None, start: Need) -> Need:
    """Draw the choice how much rows need Discogs; there is none when Discogs is not used."""
    if services and services.connected(Service.DISCOGS) is False:
        return Need.REQUIRED
    choices = {
        Need.REQUIRED: "Every row, or stop",
        Need.OPTIONAL: "While it accepts us",
        Need.WHEN_NEEDED: "Only when needed",
    }
    return st.selectbox(
        "Ask Discogs",
        list(choices),
        format_func=choices.__getitem__,
        index=list(choices).index(start) if start in choices else 0,
        key="discogs",
        help="**Every row, or stop**: when Discogs does not accept our token, the batch stops. **While it accepts "
        "us**: it goes on with MusicBrainz alone, and its rows say that they lack Discogs. While a service is "
        "only down, rows that the other knows go on either way. **Only when needed** is many times as fast: where "
        "MusicBrainz decides, Discogs is not asked, and the draft has neither genre nor tracks. Its prices, where "
        "your rule takes them, are asked for all the same.",
    )
