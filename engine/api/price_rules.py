"""A price rule as clients send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, WithJsonSchema, model_validator

from engine.api.models.base import NUMBER, Body
from engine.codec import decode
from engine.domain.batch import grades
from engine.domain.batch.decisions import MAX_CENTS
from engine.domain.batch.grades import OF_MEDIA
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis, PriceRule

Cents = Annotated[int, Field(ge=1, le=MAX_CENTS), NUMBER]
Ending = Annotated[int, Field(ge=0, le=99), NUMBER]
Factor = Annotated[float, Field(gt=0, le=100, strict=True)]
GRADES = ["*", *Condition, *OF_MEDIA]
Grade = Annotated[Literal["*"] | Condition | grades.Grade, WithJsonSchema({"type": "string", "enum": GRADES})]


def price_table(prices: Mapping[str, Mapping[Grade, Cents]]) -> dict[str, dict[str, int]]:
    """Return prices by format and condition as a rule keeps them."""
    return {medium: {str(grade): cents for grade, cents in row.items()} for medium, row in prices.items()}


class PriceRuleBody(Body):
    """`PriceRule` in US cents; `fixed` and `factors` by format, and by condition or grade of the disc, `*` for any.

    Without a basis, or with `fixed` and no prices, rows whose file names none are drafted without a price. A floor is
    not above the ceiling.
    """

    basis: PriceBasis = PriceBasis.FIXED
    factor: Factor = 1.0
    floor_cents: Cents | None = None
    ceiling_cents: Cents | None = None
    ending_cents: Ending | None = None
    fixed: dict[str, dict[Grade, Cents]] = Field({}, examples=[{"CD": {"*": 599, "NEW": 999}}])
    factors: dict[str, dict[Grade, Factor]] = Field({}, examples=[{"*": {"USED_GOOD": 0.7}, "Vinyl": {"VG+": 0.6}}])

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.floor_cents and self.ceiling_cents and self.floor_cents > self.ceiling_cents:
            raise ValueError("floor_cents is above ceiling_cents")
        return self

    def rule(self) -> PriceRule:
        """Return the rule."""
        return decode(PriceRule, self.model_dump(mode="json"))
