"""The address that goes with every call, so that a service can write to whoever runs this program."""

from __future__ import annotations

import re

LONGEST = 100
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://[^\s/]+\.[^\s]+")


def is_contact(text: str) -> bool:
    """Whether `text` is an e-mail address or the address of a web page, in characters that a header takes."""
    return len(text) <= LONGEST and bool(_ADDRESS.fullmatch(text)) and text.isascii() and text.isprintable()
