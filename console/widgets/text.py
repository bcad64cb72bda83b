"""Text that comes from outside, for places that read Markdown. Pure."""

from __future__ import annotations

_MARKUP = frozenset("\\`*_{}[]<>()#+-.!|~$:^")


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return "".join(f"\\{letter}" if letter in _MARKUP else letter for letter in text)
