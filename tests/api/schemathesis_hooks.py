"""What schemathesis is told of requests beyond their schema, which cannot compare two fields or describe a template."""

from __future__ import annotations

import re
from typing import Any

import schemathesis

MOST_CENTS = 9_999_999
MOST_PLAIN = 200  # letters of a text that are as many as HTML, or nearly


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Lower a floor that stands above its ceiling, where both could be amounts; keep texts plain and short."""
    body = case.body if isinstance(case.body, dict) else {}
    _texts_plain(body)
    rule = body.get("price_rule")
    if not isinstance(rule, dict):
        return
    floor, ceiling = rule.get("floor_cents"), rule.get("ceiling_cents")
    if (
        all(isinstance(cents, int | float) and 1 <= cents <= MOST_CENTS for cents in (floor, ceiling))
        and floor > ceiling
    ):
        rule["floor_cents"] = ceiling


def _texts_plain(body: dict[str, Any]) -> None:
    """Take what could be a tag or a placeholder out of a template and texts of a length that is allowed."""
    texts = body.get("texts")
    for fields, limits in ((body, {"description": 8_000}), (texts, dict.fromkeys(_TEXTS, 500))):
        for name, most in limits.items() if isinstance(fields, dict) else ():
            if isinstance(text := fields.get(name), str) and len(text) <= most:
                fields[name] = re.sub(r"[{}<>&\s]", " ", text)[:MOST_PLAIN]


_TEXTS = ("header", "footer", "grading_text", "shipping_text")
