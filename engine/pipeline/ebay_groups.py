"""eBay as rows call it together: looks, items and new offers go in bulk calls where several rows are ready."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from engine.errors import UpstreamError
from engine.pipeline.grouped_calls import Company, GroupedCall
from engine.pipeline.work import RowContext
from engine.upstream.ebay import Ebay, Offer
from engine.upstream.ebay_bulk import MOST

Content = Mapping[str, object]


class EbayGroups:
    """The calls to one seller's account, of which those can carry `most` rows for which eBay has a bulk call.

    What a call comes to is told of each row by itself. Every method raises what `GroupedCall.ask` does.
    """

    def __init__(self, ebay: Ebay, most: int = MOST) -> None:
        self._company = Company()
        self._looks: GroupedCall[None, list[Offer] | None] = GroupedCall(
            lambda context, sku, _: ebay.for_caller(context).offers(sku),
            lambda context, skus: _none_without_item(ebay.for_caller(context).have_items(list(skus))),
            self._company,
            most,
        )
        self._items: GroupedCall[Content, None] = GroupedCall(
            lambda context, sku, item: ebay.for_caller(context).put_item(sku, item),
            lambda context, items: ebay.for_caller(context).put_items(items),
            self._company,
            most,
        )
        self._offers: GroupedCall[Content, str] = GroupedCall(
            lambda context, _, offer: ebay.for_caller(context).create_offer(offer),
            lambda context, offers: ebay.for_caller(context).create_offers(offers),
            self._company,
            most,
        )
        self._ebay = ebay

    def one_more(self) -> AbstractContextManager[None]:
        """Count a row, for as long as the block lasts, as one that may come to call eBay."""
        return self._company.one_more()

    def one_has_come(self) -> AbstractContextManager[None]:
        """Count a row, for as long as the block lasts, as one that calls eBay."""
        return self._company.one_has_come()

    def offers(self, context: RowContext, sku: str) -> list[Offer]:
        """Return the offers for `sku`, as `Ebay.offers` does. Without an inventory item there are none."""
        found = self._looks.ask(context, sku, None)
        return self._ebay.for_caller(context).offers(sku) if found is None else found

    def put_item(self, context: RowContext, sku: str, item: Content) -> None:
        """Make `item` all that eBay holds under `sku`, as `Ebay.put_item` does."""
        self._items.ask(context, sku, item)

    def create_offer(self, context: RowContext, sku: str, offer: Content) -> str:
        """Create an unpublished offer and return its number, as `Ebay.create_offer` does."""
        return self._offers.ask(context, sku, offer)

    def update_offer(self, context: RowContext, offer_id: str, offer: Content) -> None:
        """Make `offer` all that eBay holds under `offer_id`, as `Ebay.update_offer` does; no bulk call does that."""
        self._ebay.for_caller(context).update_offer(offer_id, offer)


def _none_without_item(have: Mapping[str, bool | UpstreamError]) -> dict[str, list[Offer] | UpstreamError | None]:
    """Return no offers for each SKU that has no item, None for one that has: it must be asked for them."""
    return {sku: (None if there else []) if isinstance(there, bool) else there for sku, there in have.items()}
