"""Words in a listing: on one line, without markup, of a length, as HTML. Pure; what databases say is never trusted."""

from __future__ import annotations

import re
import unicodedata
from html import escape, unescape

_JOINERS = "\u200c\u200d"  # invisible, but Persian words and joined emoji need them
_MARKUP = re.compile(
    r"<!--.*?-->|<(script|style)\b[^>]*>.*?(?:</\1\s*>|$)|"
    r"</?(?P<tag>a|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u|"
    r"blockquote|body|br|center|div|form|h[1-6]|head|hr|html|iframe|img|input|li|link|meta|object|ol|p|pre|svg|table|"
    r"tbody|td|th|thead|tr|ul|video)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_INLINE = frozenset({"a", "b", "big", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"})


def plain(text: str) -> str:
    """Return `text` on one line, without control characters and marks that turn the direction of writing."""
    if text.isprintable():  # as nearly every text
        return " ".join(text.split())
    seen = (" " if letter.isspace() else letter for letter in text)
    kept = (letter for letter in seen if letter in _JOINERS or not unicodedata.category(letter).startswith("C"))
    return " ".join("".join(kept).split())


def without_markup(text: str) -> str:
    """Return `text` without HTML: no tags, comments, scripts or styles, and letters for their codes.

    What only looks like a tag, `<3 cm` or `<on>`, stays.
    """
    bare = _MARKUP.sub(_between, unescape(_MARKUP.sub(_between, text)))
    return " ".join(bare.split())


def _between(markup: re.Match[str]) -> str:
    """Return what stands in place of markup: nothing for letters in bold and the like, a blank for all else."""
    return "" if (markup["tag"] or "").lower() in _INLINE else " "


def shortened(text: str, room: int) -> str:
    """Return as many whole words of `text` as fit into `room` characters; "" when the first one does not fit."""
    if len(text) <= room:
        return text
    cut = text[: room + 1].rpartition(" ")[0]
    return cut.rstrip(" ,;:/&+-–—•([")


def clipped(text: str, room: int) -> str:
    """Return `text` in at most `room` characters, at the end of a word where there is one."""
    return shortened(text, room) or text[:room]


def safe(text: str) -> str:
    """Return `text` as HTML shows it."""
    return escape(text, quote=False)
