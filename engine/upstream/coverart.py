"""The Cover Art Archive: the front cover of a MusicBrainz release.

Limits: none at present; 503 when that changes. Pictures belong to their owners.

The archive answers 307 to archive.org, which answers 302 to one of its servers (`ia801600.us.archive.org`,
`dn710605.ca.archive.org`); both write `http://`. A thumbnail that is listed may be missing (404), and a server may fail
(500) where the next one does not. What lies on one server may lie on another one later.

Source: https://musicbrainz.org/doc/Cover_Art_Archive/API (read 2026-11), and redirects as others recorded them in 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from engine.domain.listing.photos import refused
from engine.upstream import fields
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceApi, ServiceClient
from engine.upstream.redirects import resolved

_ARCHIVE = "archive.org"
_HOSTS = ("coverartarchive.org", _ARCHIVE)
_KINDS = (".jpg", ".jpeg", ".png", ".gif")  # an original may also be a PDF


class CoverArt(ServiceApi):
    """The Cover Art Archive."""

    def __init__(self, transport: HttpTransport, base: str, *, limiter: Limiter = UNLIMITED) -> None:
        super().__init__(ServiceClient("coverart", base, transport, limiter))
        self._base = urlsplit(base)

    def fronts(self, mbid: str) -> tuple[str, ...]:
        """Return the https addresses of the front cover in its sizes, the largest first: 1200 pixels, as it is, 500.

        Empty when the release has no front cover. They redirect.

        Raises:
            UpstreamError: the archive does not answer, or does not hand out the picture.
        """
        answer = self._client.request("front", "GET", f"/release/{mbid}", lists=("images",))
        return parse_fronts(answer.body) if answer.found else ()

    def direct(self, addresses: Sequence[str]) -> str | None:
        """Return the first of `addresses` that is there, as an https address that answers without a redirect.

        None when none is there. One call each until then, at this service and the servers of archive.org only.

        Raises:
            UpstreamError: one of them does not answer, or leads elsewhere.
        """
        for address in addresses:
            found = resolved(self._client, address, self._asked)
            if found and not refused(secure(found)):
                return secure(found)
        return None

    def _asked(self, address: str) -> str:
        """Return the address under which a hop is asked, "" where it is not one of the archive's."""
        try:
            parts = urlsplit(secure(address))
        except ValueError:
            return ""
        if parts.netloc == self._base.netloc:
            return parts._replace(scheme=self._base.scheme).geturl()
        ours = parts.netloc in _HOSTS or parts.netloc.endswith(f".{_ARCHIVE}")
        return parts.geturl() if ours and parts.scheme == "https" else ""


def parse_fronts(body: Body) -> tuple[str, ...]:
    """Return the https addresses of the first front cover, the largest first, () when there is none."""
    for image in fields.bodies(body.get("images")):
        sizes, whole = fields.body(image.get("thumbnails")), fields.text(image.get("image"))
        named = (
            sizes.get("1200"),
            whole if whole.lower().endswith(_KINDS) else "",
            sizes.get("500"),
            sizes.get("large"),
        )
        addresses = dict.fromkeys(secure(address) for address in map(fields.text, named) if address)
        if addresses and image.get("front"):
            return tuple(addresses)
    return ()


def secure(address: str) -> str:
    """Return an address as https; the archive itself writes `http://`."""
    return f"https://{address.removeprefix('http://')}" if address.startswith("http://") else address
