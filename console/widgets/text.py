"""Text of others in Markdown: the one way to put a name, note or message into what Streamlit reads as Markdown. Pure.

Streamlit changes Markdown once more after it was read: emoji and icons by their names (`:tada:`, `:material/delete:`),
arrows, addresses. Backslashes do not help there; an empty `:small[]` inside such a word does, and is never seen.
"""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+\-.!|~$:^&=]")
_CHANGED_LATER = re.compile(
    r"(?<=:)(?!\d\d:)(?=[\w+-]+:|material/|streamlit:)"  # an emoji or icon, but not the minutes of a time
    r"|(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=\bwww)(?=\.)|(?<=\S)(?=@\S)"  # an address
    r"|(?<!\S)(?P<arrow><->|->|<-|--|>=|<=|~=)(?!\S)",
    re.IGNORECASE,
)
_APART = ":small[]"
_CODE = re.compile(r"`([^`]+)`")
_LIKE_CODE = re.compile(r"[\w .,/()#%@*{}-]+")


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is, on one line: none of it is markup, a link, a picture or an icon."""
    return _escaped(" ".join(text.split()))


def _escaped(line: str) -> str:
    parts, done = [], 0
    for found in _CHANGED_LATER.finditer(line):
        cut = found.start() + (1 if found["arrow"] else 0)
        parts.append(line[done:cut])
        done = cut
    parts.append(line[done:])
    return _APART.join(_MARKUP.sub(r"\\\g<0>", part) for part in parts)


def with_code(text: str) -> str:
    """Return Markdown that shows a text as it is, on one line, and what stands in backticks in the letters of code."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def code(text: str) -> str:
    """Return Markdown that shows a text as it is, in the letters of code where it has nothing that ends them."""
    return f"`{text}`" if _LIKE_CODE.fullmatch(text) and text.strip() == text else plain(text)
