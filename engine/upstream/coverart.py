"""The Cover Art Archive: the front cover of a MusicBrainz release.

Limits: none at present; 503 when that changes. It redirects to archive.org. Pictures belong to their owners.

Source: https://musicbrainz.org/doc/Cover_Art_Archive/API (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.upstream.http import Door, Gate, Line


class CoverArt:
    """The Cover Art Archive."""

    def __init__(self, line: Line, base: str, *, gate: Gate | None = None) -> None:
        self._door = Door("coverart", base, line, gate=gate)

    def front(self, mbid: str) -> str | None:
        """Return the https address of the front cover, 500 pixels wide if there is such a one.

        None when the release has no front cover.

        Raises:
            UpstreamError: the archive does not answer, or does not hand out the picture.
        """
        answer = self._door.ask("front", "GET", f"/release/{mbid}", needs=("images",))
        return parse_front(answer.body) if answer.found else None


def parse_front(body: Mapping[str, Any]) -> str | None:
    """Return the https address of the front cover, None when there is none; the archive itself writes `http://`."""
    for image in body["images"]:
        if image.get("front"):
            sizes = image.get("thumbnails") or {}
            address: str = sizes.get("500") or sizes.get("large") or image["image"]
            return "https://" + address.removeprefix("http://") if address.startswith("http://") else address
    return None
