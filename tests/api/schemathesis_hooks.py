"""What schemathesis is told of requests beyond their schema, which cannot compare two fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import schemathesis

MOST_CENTS = 9_999_999


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Lower a floor that stands above its ceiling, where both could be amounts."""
    rule = case.body.get("price_rule") if isinstance(case.body, Mapping) else None
    if not isinstance(rule, dict):
        return
    floor, ceiling = rule.get("floor_cents"), rule.get("ceiling_cents")
    if (
        all(isinstance(cents, int | float) and 1 <= cents <= MOST_CENTS for cents in (floor, ceiling))
        and floor > ceiling
    ):
        rule["floor_cents"] = ceiling
