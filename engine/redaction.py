"""Secrets that this process knows are taken out of what it says: log lines, errors, and so rows, answers and pages.

A secret is known once it is read from the environment or a store of secrets, or goes out with a call: a service that
repeats it is not repeated. One shorter than eight letters is left alone, for it may be a word: the demo's is "sandbox".
"""

from __future__ import annotations

import html
import json
import re
import threading
from urllib.parse import quote, quote_plus

SHORTEST = 8
MOST = 1_000  # the newest are known: access tokens come and go
HIDDEN = "[secret]"


class Redactor:
    """The secrets of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None

    def know(self, *secrets: str) -> None:
        """Remember secrets; "" is none."""
        new = [secret for secret in secrets if len(secret) >= SHORTEST and secret not in self._known]
        if not new:
            return
        with self._lock:
            self._known.update(dict.fromkeys(new))
            for oldest in list(self._known)[:-MOST]:
                del self._known[oldest]
            written = sorted({form for secret in self._known for form in _forms(secret)}, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, written)), re.IGNORECASE)

    def redacted(self, text: str) -> str:
        """Return a text without the secrets that are known."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


def _forms(secret: str) -> set[str]:
    """Return how a secret is written: as it is, in quotes, in an address, in HTML; and each of that in JSON."""
    forms = {secret, repr(secret)[1:-1], quote(secret, safe=""), quote(secret), quote_plus(secret), html.escape(secret)}
    return {
        *forms,
        *(json.dumps(form, ensure_ascii=only_ascii)[1:-1] for form in forms for only_ascii in (True, False)),
    }


_PROCESS = Redactor()
know = _PROCESS.know
redacted = _PROCESS.redacted
