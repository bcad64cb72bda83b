"""The Cover Art Archive: the front cover of a MusicBrainz release.

Limits: none at present; 503 when that changes. It redirects to archive.org. Pictures belong to their owners.

Source: https://musicbrainz.org/doc/Cover_Art_Archive/API (read 2026-11).
"""

from __future__ import annotations

from engine.upstream import fields
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceApi, ServiceClient


class CoverArt(ServiceApi):
    """The Cover Art Archive."""

    def __init__(self, transport: HttpTransport, base: str, *, limiter: Limiter = UNLIMITED) -> None:
        super().__init__(ServiceClient("coverart", base, transport, limiter))

    def front(self, mbid: str) -> str | None:
        """Return the https address of the front cover, 500 pixels wide if there is such a one.

        None when the release has no front cover.

        Raises:
            UpstreamError: the archive does not answer, or does not hand out the picture.
        """
        answer = self._client.request("front", "GET", f"/release/{mbid}", lists=("images",))
        return parse_front(answer.body) if answer.found else None


def parse_front(body: Body) -> str | None:
    """Return the https address of the front cover, None when there is none; the archive itself writes `http://`."""
    for image in fields.bodies(body.get("images")):
        sizes = fields.body(image.get("thumbnails"))
        named = (sizes.get("500"), sizes.get("large"), image.get("image"))
        address = next(filter(None, map(fields.text, named)), "").replace("http://", "https://", 1)
        if address and image.get("front"):
            return address
    return None
