"""A price rule as clients send it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.domain.pricing import PriceBasis, PriceRule
from engine.domain.rows import Condition

Cents = Annotated[int, Field(ge=1, le=9_999_999)]
Factor = Annotated[float, Field(gt=0, le=100)]
Grade = Condition | Literal["*"]


class PriceRuleBody(BaseModel):
    """`PriceRule` in US cents; `fixed` and `factors` by format and condition, `*` for any."""

    model_config = ConfigDict(extra="forbid")

    basis: PriceBasis = PriceBasis.COMPARABLE
    factor: Factor = 1.0
    floor_cents: Cents | None = None
    ceiling_cents: Cents | None = None
    ending_cents: Annotated[int, Field(ge=0, le=99)] | None = None
    fixed: dict[str, dict[Grade, Cents]] = Field({}, examples=[{"CD": {"*": 599, "NEW": 999}}])
    factors: dict[str, dict[Grade, Factor]] = Field({}, examples=[{"*": {"USED_GOOD": 0.7}}])

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.basis is PriceBasis.FIXED and not any(self.fixed.values()):
            raise ValueError("fixed prices need at least one price")
        if self.floor_cents and self.ceiling_cents and self.floor_cents > self.ceiling_cents:
            raise ValueError("floor_cents is above ceiling_cents")
        return self

    def rule(self) -> PriceRule:
        """Return the rule."""
        return PriceRule.from_document(self.model_dump(mode="json"))
