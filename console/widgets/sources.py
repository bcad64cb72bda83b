"""Where the facts of a release are from, beside them."""

from __future__ import annotations

from engine.public import ReleaseSummary


def sources(release: ReleaseSummary) -> str:
    """Return the sources of a release as links in Markdown, "" when they are not known."""
    return " · ".join(f"[{name}]({address})" for name, address in release.sources.items())
