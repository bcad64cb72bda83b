"""Last step: the draft, composed and, unless the operator said otherwise, put to eBay as an unpublished offer.

The SKU comes from the job and the row in which the draft was begun, and eBay keeps one offer a SKU: whatever was
killed, and whenever, looking before writing finds the draft that an earlier run made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from engine.codec import Json
from engine.domain.batch.additions import offered, on_top
from engine.domain.identify.candidates import Candidate
from engine.domain.listing.category_rules import CategoryRules
from engine.domain.listing.composition import Copy, Draft, compose
from engine.domain.listing.photos import unfetched
from engine.domain.listing.pricing import Price
from engine.domain.listing.readiness import DraftNeed, ToDo
from engine.domain.listing.seller_terms import SellingTerms
from engine.domain.services import CONNECT_EBAY
from engine.errors import AlreadyListed, Cause, ItemError, Trouble, UpstreamDown
from engine.pipeline.ebay_groups import EbayGroups
from engine.pipeline.failed_writes import WriteLog
from engine.pipeline.picture import Pictured
from engine.pipeline.work import RowContext
from engine.upstream.ebay import Ebay, Offer
from engine.upstream.quick_retries import retry_while_busy

T = TypeVar("T")

NOT_CONNECTED = f"eBay is not connected: the draft was composed and kept here. {CONNECT_EBAY}"


@dataclass(frozen=True, slots=True)
class Drafted:
    """What became of the last step: the draft, and why it is not sent to eBay, "" when it is."""

    draft: Draft
    not_sent: str = ""


def compose_draft(
    context: RowContext,
    candidate: Candidate,
    price: Price,
    pictured: Pictured,
    terms: SellingTerms,
    rules: Mapping[str, CategoryRules],
    *,
    connected: bool,
) -> Drafted:
    """Return the draft on the seller's terms, as `compose` says; unless eBay is `connected` it is not sent."""
    copy, picture = _copy(context, candidate, pictured), pictured.picture
    draft = compose(copy, candidate.release, price, picture.url, terms, context.edits, rules)
    if picture.files:
        draft = draft.with_to_do(ToDo(unfetched(picture.files), (DraftNeed.PICTURE,)))
    return Drafted(draft, context.options.not_sent or ("" if connected else NOT_CONNECTED))


def remove_draft(context: RowContext, ebay: Ebay | None, log: WriteLog) -> None:
    """Take the draft of the row back from eBay; doing it again changes nothing.

    Raises:
        ItemError: somebody has published it, or eBay is not connected: nothing was removed. Or eBay fails to remove it.
        UpstreamError: eBay does not answer or does not accept us.
        LeaseLost: the row is no longer ours; nothing was removed after that was known.
    """
    if not context.item.intent:
        return
    if ebay is None:
        raise ItemError(Cause.REFUSED, f"The draft is at eBay, and eBay is not connected. {CONNECT_EBAY}")
    _take_back(context, ebay, log)
    log.went_through(context.sku)


def _take_back(context: RowContext, ebay: Ebay, log: WriteLog) -> None:
    """Remove the offers of the row, and then its inventory item, with which eBay would end a listing."""
    offers = ebay.offers(context.sku)
    if listed := next((offer for offer in offers if offer.status == "PUBLISHED"), None):
        raise ItemError(Cause.REFUSED, _listed(listed, "end it there, if that is what you want"))
    for offer in offers:
        _write(context, log, partial(ebay.delete_offer, offer.offer_id))
    _write(context, log, lambda: ebay.delete_item(context.sku))


def _listed(offer: Offer, advice: str) -> str:
    return f"Offer {offer.offer_id} is a live listing at eBay by now: {advice}."


def _copy(context: RowContext, candidate: Candidate, pictured: Pictured) -> Copy:
    """Return the copies that the row offers, as the operator describes them."""
    row, decided, graded = context.row, context.item.decided, context.graded
    return Copy(
        sku=context.sku,
        gtin=context.barcode(candidate.release),
        condition=graded.condition,
        quantity=offered(decided, context.copies),
        added=on_top(decided),
        note=row.note if decided.edits.note is None else decided.edits.note,
        photos=pictured.photos,
        photo_warning=context.photo_warning,
        own=graded.own,
        mapped=graded.mapped,
        overstated=graded.overstated,
    )


def send_draft(context: RowContext, draft: Draft, ebay: EbayGroups, log: WriteLog) -> str:
    """Bring eBay to hold exactly this draft and return the number of its offer; doing it again changes nothing.

    An offer that somebody has published in the meantime is a live listing and is left alone; where that keeps a
    person's decision from reaching eBay, the row says so. No offer is created without a look for one just before.

    Raises:
        AlreadyListed: what a person decided cannot reach a live listing.
        ItemError: eBay fails to take this draft, and takes others.
        UpstreamError: eBay does not answer, refuses the draft or does not accept us.
        LeaseLost: the row is no longer ours; nothing was written after that was known.
    """
    sku = draft.sku
    standing = _standing(context, sku, ebay)
    if standing and standing.status == "PUBLISHED":
        decided, listed = context.item.decided, standing.body.get("availableQuantity")
        if decided.choice or decided.edits or (decided.added and listed != draft.quantity):
            raise AlreadyListed(Cause.REFUSED, _listed(standing, "change it there"), listed)
        return standing.offer_id
    _write(context, log, lambda: ebay.put_item(context, sku, draft.inventory_item))

    def offer(standing: Offer | None) -> str:
        if standing is None:
            return _write(context, log, lambda: ebay.create_offer(context, sku, draft.offer))
        if _differs(standing, draft.offer):
            _write(context, log, lambda: ebay.update_offer(context, standing.offer_id, draft.offer))
        return standing.offer_id

    offer_id = retry_while_busy(context, lambda: offer(standing), again=lambda: offer(_standing(context, sku, ebay)))
    log.went_through(sku)
    return offer_id


def _standing(context: RowContext, sku: str, ebay: EbayGroups) -> Offer | None:
    return next(iter(ebay.offers(context, sku)), None)


def _write(context: RowContext, log: WriteLog, write: Callable[[], T]) -> T:
    """Return what a write gives; before it the row must still be ours. After a wave in vain the row waits longer.

    Raises:
        ItemError: it is the row and not eBay.
    """
    context.port.ensure_ours()
    try:
        return write()
    except UpstreamDown as down:
        if not down.write_failed:
            raise
        failed = log.failed(context.sku, context.port.now())
        times = f"eBay failed {failed.count} times to take this draft"
        if failed.given_up:
            reason = (
                f"{times}. Its last answer: {down} Try the row again later: eBay is asked first what it holds already."
            )
            raise ItemError(Cause.REFUSED, reason) from down
        if failed.pause is None:
            raise
        pause = max(failed.pause, down.retry_after or 0.0)
        raise UpstreamDown(
            down.service,
            down.call,
            f"{times}; its last answer: {down}",
            status=down.status,
            retry_after=pause,
            trouble=Trouble.PASSING,
            write_failed=True,
        ) from down


def _differs(standing: Offer, offer: Json) -> bool:
    """Return whether eBay holds something else than `offer` says, or a price that it has no more.

    What eBay adds of its own does not count.
    """
    unpriced = "pricingSummary" not in offer and bool(standing.body.get("pricingSummary"))
    return unpriced or any(standing.body.get(name) != value for name, value in offer.items())
