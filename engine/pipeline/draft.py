"""Last step: the draft, composed and, unless the operator said otherwise, put to eBay as an unpublished offer.

The SKU comes from the job and the row, and eBay keeps one offer a SKU: whatever was killed, and whenever, looking
before writing finds the draft that an earlier run made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from engine.domain.additions import offered, on_top
from engine.domain.candidates import Candidate
from engine.domain.category_rules import CategoryRules
from engine.domain.decisions import signed
from engine.domain.drafts import Copy, Draft, compose
from engine.domain.items import Outcome, intend, skip
from engine.domain.photos import unfetched
from engine.domain.pricing import Price
from engine.domain.selling import SellingTerms
from engine.errors import Cause, ItemError, UpstreamDown, WritesFailed
from engine.pipeline.price import graded
from engine.pipeline.work import Work
from engine.upstream.ebay import Ebay, Offer
from engine.upstream.patience import patient

WRITES = 3  # of one draft in vain: eBay's licence allows two automatic repeats
T = TypeVar("T")

NOT_CONNECTED = "eBay is not connected: the draft was composed and kept here. Connect eBay on the System page."


def make_draft(
    work: Work,
    candidate: Candidate,
    price: Price,
    image_url: str,
    ebay: Ebay | None,
    terms: SellingTerms,
    rules: Mapping[str, CategoryRules],
) -> None:
    """Compose the draft on the seller's terms, as `compose` says, and bring `work.item` to its outcome.

    Raises:
        UpstreamError: eBay does not answer, refuses the draft or does not accept us.
        WritesFailed: it failed `WRITES` times to take the draft.
        LeaseLost: the row is no longer ours; nothing was written after that was known.
    """
    draft = compose(_copy(work), candidate.release, price, image_url, terms, work.edits, rules)
    draft = _with_files(work, draft)
    work.item = replace(work.item, sku=work.sku, draft=draft.document())
    not_sent = work.options.not_sent or ("" if ebay else NOT_CONNECTED)
    if ebay is None or not_sent:
        work.item = replace(work.item, outcome=Outcome.COMPOSED, not_sent=not_sent)
        return
    work.item = intend(work.item, sku=work.sku, now=work.now())
    work.save(work.item)
    work.item = replace(work.item, outcome=Outcome.DRAFTED, offer_id=_send(work, draft, ebay))


def remove_draft(work: Work, ebay: Ebay | None) -> None:
    """Take the draft of the row back from eBay and end the row as removed; doing it again changes nothing.

    Raises:
        ItemError: somebody has published it, or eBay is not connected: nothing was removed.
        UpstreamError: eBay does not answer or does not accept us.
        LeaseLost: the row is no longer ours; nothing was removed after that was known.
    """
    item = work.item
    if item.intent:
        if ebay is None:
            raise ItemError(Cause.REFUSED, "The draft is at eBay, and eBay is not connected: connect it first.")
        _take_back(work, ebay)
    told = f"Removed by {signed(item.decided['removed'])}."
    work.item = skip(replace(item, offer_id=None), Cause.REMOVED, told, now=work.now())


def _take_back(work: Work, ebay: Ebay) -> None:
    """Remove the offers of the row, and then its inventory item, with which eBay would end a listing."""
    offers = ebay.offers(work.sku)
    if listed := next((offer for offer in offers if offer.status == "PUBLISHED"), None):
        raise _listed(listed, "end it there, if that is what you want")
    for offer in offers:
        _write(work, partial(ebay.delete_offer, offer.offer_id))
    _write(work, lambda: ebay.delete_item(work.sku))


def _listed(offer: Offer, advice: str) -> ItemError:
    return ItemError(Cause.REFUSED, f"Offer {offer.offer_id} is a live listing at eBay by now: {advice}.")


def _copy(work: Work) -> Copy:
    """Return the copies that the row offers, as the operator describes them."""
    row, edits, decided = work.row, work.edits, work.item.decided
    return Copy(
        sku=work.sku,
        gtin=row.gtin or "",
        condition=graded(work),
        quantity=offered(decided, work.copies),
        added=on_top(decided),
        note=row.note if edits.note is None else edits.note,
        photos=work.photos,
        photo_warning=work.photo_warning,
    )


def _with_files(work: Work, draft: Draft) -> Draft:
    """Return the draft, which is not publishable while own photos lie where eBay cannot fetch them."""
    files = work.item.picture.get("files")
    return replace(draft, not_publishable=(*draft.not_publishable, unfetched(files))) if files else draft


def _send(work: Work, draft: Draft, ebay: Ebay) -> str:
    """Bring eBay to hold exactly this draft and return the number of its offer; doing it again changes nothing.

    An offer that somebody has published in the meantime is a live listing and is left alone; a person whose decision
    that keeps from reaching eBay is told so. No offer is created without a look for one just before.
    """
    sku = draft.copy.sku
    standing = _standing(ebay, sku)
    if standing and standing.status == "PUBLISHED":
        decided, work.listed = work.item.decided, standing.body.get("availableQuantity")
        if decided.keys() & {"choice", "edits"} or ("added" in decided and work.listed != draft.copy.quantity):
            raise _listed(standing, "change it there")
        return standing.offer_id
    _write(work, lambda: ebay.put_item(sku, draft.inventory_item))
    return patient(
        lambda: _offer(work, draft, ebay, standing),
        again=lambda: _offer(work, draft, ebay, _standing(ebay, sku)),
    )


def _standing(ebay: Ebay, sku: str) -> Offer | None:
    return next(iter(ebay.offers(sku)), None)


def _offer(work: Work, draft: Draft, ebay: Ebay, standing: Offer | None) -> str:
    """Bring the offer to what the draft says, and return its number; `standing` is the one that eBay holds."""
    if standing is None:
        return _write(work, lambda: ebay.create_offer(draft.offer))
    if _differs(standing, draft.offer):
        _write(work, lambda: ebay.update_offer(standing.offer_id, draft.offer))
    return standing.offer_id


def _write(work: Work, write: Callable[[], T]) -> T:
    """Return what a write gives; before it the row must still be ours, and a third one in vain is the last.

    Raises:
        WritesFailed: a person decides when this draft is tried again.
    """
    work.mine()
    try:
        return write()
    except UpstreamDown as down:
        work.failed_writes += down.write_failed
        if work.failed_writes < WRITES:
            raise
        reason = (
            f"Row {work.row.index + 1} of the batch: eBay failed {WRITES} times to take its draft. Its last answer: "
            f"{down} Nothing is lost. Press Resume to try again: eBay is asked first what it holds already."
        )
        raise WritesFailed(down.service, down.call, reason, status=down.status) from down


def _differs(standing: Offer, offer: Mapping[str, Any]) -> bool:
    """Return whether eBay holds something else than `offer` says; what it adds of its own does not count."""
    return any(standing.body.get(name) != value for name, value in offer.items())
