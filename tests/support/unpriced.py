"""Rows of one release that are drafted without a price, or held, until a person or the rule of the batch gives one."""

from __future__ import annotations

from engine.codec import replace
from engine.domain.batch.items import Outcome, skip
from engine.domain.batch.options import NoPrice, Options
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import pricing
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.pricing import Price, PriceBasis, PriceRule
from engine.errors import Cause, ItemError
from tests.support.desk import Scripted
from tests.support.working import Work

RELEASE = Release(
    source="discogs", id="7", artist="New Order", title="Movement", label="Factory", formats=(Format("CD"),)
)
UNPRICED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"Vinyl": {"*": 999}}))
HELD = replace(UNPRICED, no_price=NoPrice.HOLD)


class Unpriced(Scripted):
    """A pipeline that prices a row by the rule of its batch alone, which knows no CDs at first."""

    def change(self, work: Work) -> None:
        price = self._price(work)
        draft = compose(Copy(work.sku, work.key), RELEASE, price, edits=work.edits)
        summary = Candidate(discogs=RELEASE).summary
        item = replace(work.item, sku=work.sku, price=price, draft=draft, release=summary, outcome=Outcome.COMPOSED)
        work.item = skip(item, Cause.REMOVED, "Removed by hand.", now=work.now()) if item.decided.removed else item

    def _price(self, work: Work) -> Price:
        if cents := work.edits.price_cents:
            return pricing.edited(cents, "ann", work.item.price)
        try:
            return pricing.fixed(work.options.price_rule, ("CD",), ())
        except ItemError as nothing:
            if work.options.no_price is NoPrice.HOLD:
                raise
            return pricing.missing(work.options.price_rule, nothing)
