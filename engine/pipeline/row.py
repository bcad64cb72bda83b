"""The pipeline of one row: identify, picture, price, draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime

from engine.codec import replace
from engine.domain.batch.decided import Signature
from engine.domain.batch.items import Item, Outcome, intend, skip
from engine.domain.batch.scans import Found
from engine.domain.listing.pricing import NO_PRICE, Price
from engine.domain.listing.seller_terms import SellingTerms
from engine.domain.services import Service
from engine.errors import Cause, ItemError, RequestRefused, UpstreamError
from engine.pipeline.draft import Drafted, compose_draft, remove_draft, send_draft
from engine.pipeline.ebay_groups import EbayGroups
from engine.pipeline.failed_writes import WriteLog
from engine.pipeline.identification import identify
from engine.pipeline.picture import find_picture
from engine.pipeline.price import set_price
from engine.pipeline.rules import Rules
from engine.pipeline.sources import Sources
from engine.pipeline.terms import Terms
from engine.pipeline.work import RowContext, Step
from engine.upstream.ebay_bulk import MOST


class RowPipeline:
    """Runs rows against the services; holds nothing of a row, so threads may share it.

    `terms` are the seller's, by the profile of the batch; without them nothing is set. `rules` are eBay's of its
    categories; without them the table of this program counts. `hint` is added where no service knows a barcode.
    `recovered` knows which services answer again. At most `rows_a_call` rows share a call to eBay.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        terms: Terms | None = None,
        rules: Rules | None = None,
        hint: str = "",
        recovered: Callable[[Service, datetime], bool] = lambda _service, _since: False,
        rows_a_call: int = MOST,
    ) -> None:
        self._sources = sources
        self._hint = hint
        self._recovered = recovered
        self._write_log = WriteLog()
        self._ebay = sources.ebay
        self._groups = EbayGroups(sources.ebay, rows_a_call) if sources.ebay else None
        self._rules = rules
        self._terms = terms

    def foresee(self, gtins: Sequence[str]) -> None:
        """Hear which rows come next, as `Pipeline.foresee` says."""
        self._sources.foresee(gtins)

    def run(self, context: RowContext) -> Iterator[Item]:
        """Yield the row step by step, as `Pipeline.run` says; a refusal of this row's data fails the row."""
        with _refusals_fail_the_row(), self._groups.one_more() if self._groups else nullcontext():
            yield from self._removed(context) if context.item.decided.removed else self._steps(context)

    def look_up(self, context: RowContext) -> Found:
        """Return what the services know of a copy, before there is a batch; an outage of the covers alone costs those.

        Raises:
            UpstreamError: a service that is needed does not answer.
            Requeued: the caller does not wait any longer.
        """
        with self._answers(context) as sources:
            identified, cover = identify(context, sources), ""
            if identified.candidate:
                with suppress(UpstreamError):
                    cover = find_picture(context, sources, identified.candidate).picture.url
        return Found.judged(identified.match, cover)

    def price(self, context: RowContext) -> Price:
        """Return the price of a copy, before there is a batch, by the answers that its row will use; false without one.

        Raises:
            UpstreamError: a service that is needed does not answer.
            Requeued: the caller does not wait any longer.
        """
        with self._answers(context) as sources:
            identified = identify(context, sources)
            if identified.candidate is None:
                return NO_PRICE
            return set_price(context, identified.candidate, sources, lacking=identified.match.lacking).price

    @contextmanager
    def _answers(self, context: RowContext) -> Iterator[Sources]:
        """Lend the sources to a copy before there is a batch, and keep what they say."""
        sources = self._sources.for_caller(context)
        try:
            sources.begin(context.key, again=False)
            yield sources
        finally:
            self._sources.keep(context.key)

    def recovered(self, service: Service, since: datetime) -> bool:
        """Return whether a service answers again, as `Pipeline.recovered` says."""
        return self._recovered(service, since)

    def unchangeable(self, context: RowContext, sku: str) -> str:
        """Return why the draft of a row cannot be changed, as `Pipeline.unchangeable` says."""
        if self._ebay is None:
            return "eBay is not connected"
        with _refusals_fail_the_row():
            offers = self._ebay.for_caller(context).offers(sku)
        if any(offer.status == "PUBLISHED" for offer in offers):
            return "it is a live listing at eBay by now"
        return "" if offers else "it is no longer at eBay"

    def _removed(self, context: RowContext) -> Iterator[Item]:
        """Take the draft back, and end the row as removed."""
        item, removed = context.item, context.item.decided.removed or Signature()
        context.port.at(Step.DRAFT)
        remove_draft(context, self._ebay and self._ebay.for_caller(context), self._write_log)
        yield skip(replace(item, offer_id=None), Cause.REMOVED, f"Removed by {removed.signed}.", now=context.port.now())

    def _steps(self, context: RowContext) -> Iterator[Item]:
        """Yield the row with what each step has found, the one that fails included."""
        item, port, sources = context.item, context.port, self._sources.for_caller(context)
        try:
            port.at(Step.IDENTIFY)
            sources.begin(context.key, again=bool(item.history))
            found = identify(context, sources)
            yield (item := replace(item, match=found.match))
            if found.candidate is None:
                raise self._hinted(found.failure or ItemError(Cause.NO_MATCH, "No release was found."))
            candidate = found.candidate
            yield (item := replace(item, release=candidate.summary))
            port.at(Step.PICTURE)
            pictured = find_picture(context, sources, candidate)
            yield (item := replace(item, picture=pictured.picture))
            port.at(Step.PRICE)
            priced = set_price(context, candidate, sources, lacking=found.match.lacking)
            yield (item := replace(item, price=priced.price))
        finally:
            self._sources.keep(context.key)
        port.at(Step.DRAFT)
        known = self._rules.known if self._rules else {}
        terms = self._terms.of(context.options.profile) if self._terms else SellingTerms()
        connected = self._groups is not None
        drafted = compose_draft(context, candidate, priced.price, pictured, terms, known, connected=connected)
        yield from self._sent(context, replace(item, sku=context.sku, draft=drafted.draft), drafted)

    def _sent(self, context: RowContext, item: Item, drafted: Drafted) -> Iterator[Item]:
        """Yield the row with its draft, and once eBay holds that; what is about to be sent is stored before."""
        yield item
        if self._groups is None or drafted.not_sent:
            yield replace(item, outcome=Outcome.COMPOSED, not_sent=drafted.not_sent)
            return
        item = intend(item, sku=context.sku, now=context.port.now())
        context.port.save(item)
        yield item
        with self._groups.one_has_come():
            offer_id = send_draft(context, drafted.draft, self._groups, self._write_log)
        yield replace(item, outcome=Outcome.DRAFTED, offer_id=offer_id)

    def _hinted(self, failure: ItemError) -> ItemError:
        """Return the failure, with the hint where it says that nobody knows the barcode."""
        hints = self._hint and failure.cause is Cause.NO_MATCH
        return ItemError(failure.cause, f"{failure} {self._hint}") if hints else failure


@contextmanager
def _refusals_fail_the_row() -> Iterator[None]:
    """Turn what a service refuses of the row's data into a failure of the row."""
    try:
        yield
    except RequestRefused as refusal:
        raise ItemError(Cause.DEFECT if refusal.defect else Cause.REFUSED, str(refusal)) from refusal
