"""Where a price comes from: the file's own column, else the rule that the operator set. Never a made-up constant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self, TypeVar

from msgspec import UNSET, UnsetType

from engine.codec import OpenEnum, Part, Value, replace
from engine.domain.identify.lookups import SHOWN
from engine.errors import Cause, ItemError

CURRENCY = "USD"
ANY = "*"
EDITED = "edited"
DEFAULT = "default"
MISSING = "none"

V = TypeVar("V")
Table = Mapping[str, Mapping[str, V]]  # by format (`CD`, … or `*` for any), and by grade, condition or `*` for any


class PriceBasis(OpenEnum):
    """What a rule takes its price from. Stored: never renamed."""

    FIXED = "fixed"  # a price the operator set by format and condition
    COMPARABLE = "comparable"  # the median of eBay's asking prices for the same barcode; off until they turn it on
    DISCOGS_LOWEST = "discogs_lowest"  # Discogs' lowest asking price; off as well
    DISCOGS_SUGGESTED = "discogs_suggested"  # what Discogs suggests for the pressing in its grade; off as well


DISCOGS_BASES = frozenset({PriceBasis.DISCOGS_LOWEST, PriceBasis.DISCOGS_SUGGESTED})
MARKET_BASES = DISCOGS_BASES | {PriceBasis.COMPARABLE}  # a service is asked for each of these


class PriceRule(Value, frozen=True, omit_defaults=False):
    """The operator's rule for rows whose file names no price, in US cents.

    `fixed` holds prices, e.g. `{"CD": {"*": 599, "NEW": 999, "VG+": 799}}`, by format and by the trade's grade of the
    medium or eBay's condition, of which the grade counts first: the price itself where that is the basis, else the
    default of copies for which nothing is found. What is found is taken times `factor`, or times the one that `factors`
    has for the copy; brought to the nearest price that ends in `ending_cents` (99: `8.99`); and kept from `floor_cents`
    to `ceiling_cents`. None means: any ending, no limit.
    """

    basis: PriceBasis = PriceBasis.FIXED
    factor: float = 1.0
    floor_cents: int | None = None
    ceiling_cents: int | None = None
    fixed: Mapping[str, Mapping[str, int]] = {}
    factors: Mapping[str, Mapping[str, float]] = {}
    ending_cents: int | None = None

    def of(self, media: Sequence[str], grades: Sequence[str]) -> Self:
        """Return the rule with the factor that counts for a copy; see `fixed` for `media` and `grades`."""
        found = _most_specific(self.factors, media, grades)
        return replace(self, factor=found[0]) if found else self


class Search(Value, frozen=True):
    """What was looked for at eBay."""

    barcode: str = ""
    category_id: str = ""
    conditions: tuple[str, ...] = ()


class PriceEvidence(Part, frozen=True):
    """The numbers behind a price, in US cents. What a price does not rest on is left out.

    A sample at eBay: how many were `asked` for and `used`, which ones, and what was `searched`. Discogs' `suggestions`
    by grade, and the one for the copy. The rule that was applied (None: no such limit). `basis` is that of the rule for
    which nothing was found, and `instead` says why; `instead_of` is the price that a person has replaced. `asked_at` is
    when the numbers were asked for.
    """

    asked: int | None = None
    used: int | None = None
    used_cents: tuple[int, ...] | None = None
    left_out_cents: tuple[int, ...] | None = None
    median_cents: int | None = None
    lowest_cents: int | None = None
    highest_cents: int | None = None
    searched: Search | None = None
    grade: str | None = None
    suggested_cents: int | None = None
    suggestions: Mapping[str, int] | None = None
    factor: float | None = None
    ending_cents: int | UnsetType | None = UNSET
    floor_cents: int | UnsetType | None = UNSET
    ceiling_cents: int | UnsetType | None = UNSET
    basis: PriceBasis | None = None
    instead: str | None = None
    instead_of: Price | None = None
    asked_at: str | None = None


NO_EVIDENCE = PriceEvidence()


class Price(Part, frozen=True, omit_defaults=False):
    """What a copy is offered for, and where that comes from; false while there is no price.

    `source` is `file`, `edited`, `default`, the basis of the rule, or `none` where no price was found, with 0 `cents`;
    `reason` the sentence an operator reads; `evidence` the numbers behind it.
    """

    cents: int = 0
    source: str = ""
    reason: str = ""
    evidence: PriceEvidence = NO_EVIDENCE
    currency: str = CURRENCY

    def __bool__(self) -> bool:
        return self.cents > 0


NO_PRICE = Price()


def dollars(cents: int) -> str:
    """Return an amount as eBay writes it: `9.99`."""
    return f"{cents // 100}.{cents % 100:02}"


def stated(cents: int) -> Price:
    """Return the price that stands in the file.

    Raises:
        ItemError: it is nothing to offer a copy for.
    """
    return offered(cents, "file", "The price stands in the file.")


def edited(cents: int, by: str, before: Price) -> Price:
    """Return the price that a person gave; the price of `before`, if any, is kept as evidence."""
    kept = before.evidence.instead_of if before.source == EDITED else before or None
    return offered(cents, EDITED, f"Edited by {by}.", PriceEvidence(instead_of=kept))


def fixed(rule: PriceRule, media: Sequence[str], grades: Sequence[str]) -> Price:
    """Return the operator's own price for a copy; `media` and `grades` are the names it goes by, the most exact first.

    Raises:
        ItemError: the rule has none for them.
    """
    if found := _most_specific(rule.fixed, media, grades):
        return offered(found[0], PriceBasis.FIXED, f"Your fixed price for {found[1]}.")
    if not rule.fixed:
        raise ItemError(Cause.NO_PRICE, "Neither the file nor a rule of yours names a price: give it one.")
    name = next(filter(None, media), "an unknown medium")
    graded = f"in condition {grades[0]}" if grades else "without a condition"
    reason = f"Your price rule has no price for {name} {graded}: add one, or give it a price."
    raise ItemError(Cause.NO_PRICE, reason)


def otherwise(rule: PriceRule, media: Sequence[str], grades: Sequence[str], nothing: ItemError) -> Price:
    """Return the operator's default price for a copy for which `nothing` was found.

    Raises:
        ItemError: `nothing`, when they gave none.
    """
    found = _most_specific(rule.fixed, media, grades)
    if found is None:
        raise nothing
    evidence = PriceEvidence(basis=rule.basis, instead=str(nothing))
    return offered(found[0], DEFAULT, f"Your default price for {found[1]}. {nothing}", evidence)


def missing(rule: PriceRule, nothing: ItemError) -> Price:
    """Return that there is no price, because `nothing` was found by the rule."""
    return Price(0, MISSING, str(nothing), PriceEvidence(basis=rule.basis))


def shown(price: Price, now: datetime) -> Price:
    """Return a price as it may be shown: what a market said of it is left out once that is older than `SHOWN`."""
    evidence = price.evidence
    if before := evidence.instead_of:
        return replace(price, evidence=replace(evidence, instead_of=shown(before, now)))
    if not evidence.asked_at or now - datetime.fromisoformat(evidence.asked_at) < SHOWN:
        return price
    market = "eBay" if evidence.searched else "Discogs"
    when = evidence.asked_at[:16].replace("T", " ")
    reason = (
        f"By what {market} said at {when} UTC, which may be shown for six hours only. Do the row again to look anew."
    )
    kept = PriceEvidence(
        factor=evidence.factor,
        ending_cents=evidence.ending_cents,
        floor_cents=evidence.floor_cents,
        ceiling_cents=evidence.ceiling_cents,
        asked_at=evidence.asked_at,
    )
    return replace(price, reason=reason, evidence=kept)


def offered(cents: int, source: str, reason: str, evidence: PriceEvidence = NO_EVIDENCE) -> Price:
    """Return a price.

    Raises:
        ItemError: it is nothing to offer a copy for.
    """
    if cents <= 0:
        raise ItemError(
            Cause.NO_PRICE, f"{reason} It comes to ${dollars(max(cents, 0))}: give this row a price above zero."
        )
    return Price(cents, source, reason, evidence)


def _most_specific(table: Table[V], media: Sequence[str], grades: Sequence[str]) -> tuple[V, str] | None:
    """Return what a table holds for a copy and the words for whom it holds it, None when it has nothing for it."""
    for name in (*filter(None, media), ANY):
        for grade in (*grades, ANY):
            if (value := table.get(name, {}).get(grade)) is not None:
                return value, f"{_or_any(name, 'medium')}, {_or_any(grade, 'condition')}"
    return None


def _or_any(name: str, what: str) -> str:
    return f"any {what}" if name == ANY else name
