"""The body of an answer: what is read of it, and what it must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from engine.upstream.failure_policy.policies import Failure


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a success must hold: `fields` that are not null, and `lists`."""

    fields: Sequence[str]
    lists: Sequence[str]

    def lacks(self, body: Mapping[str, Any]) -> bool:
        """Whether a body is without one of them."""
        return any(body.get(name) is None for name in self.fields) or not all(
            isinstance(body.get(name), list) for name in self.lists
        )


def read_body(response: requests.Response, wanted: Wanted) -> tuple[dict[str, Any], Failure | None]:
    """Return the body, {} when there is none, and what is wrong with it."""
    try:
        body = response.json() if response.content else {}
    except (ValueError, RecursionError):  # requests' own error, a number or a nesting out of all proportion
        return {}, Failure.NOT_JSON
    if not isinstance(body, dict):
        return {}, Failure.NOT_OBJECT
    return body, Failure.LACKS_FIELD if 200 <= response.status_code < 300 and wanted.lacks(body) else None
