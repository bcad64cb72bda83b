"""Where the facts of a release are from, beside them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from console.widgets.text import plain
from engine.public import ReleaseSummary


def sources(release: ReleaseSummary) -> str:
    """Return the sources of a release as links in Markdown, "" when they are not known."""
    return links(release.sources)


def links(named: Mapping[str, str]) -> str:
    """Return sources, by name with their addresses, as links in Markdown."""
    return " · ".join(f"[{plain(name)}]({quote(address, safe=':/')})" for name, address in named.items())
