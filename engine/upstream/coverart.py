"""The Cover Art Archive: the front cover of a MusicBrainz release.

Limits: none at present; 503 when that changes. Pictures belong to their owners.

The archive answers 307 to archive.org, which answers 302 to one of its servers (`ia801600.us.archive.org`,
`dn710605.ca.archive.org`); both write `http://`. There the list of a release's pictures (`index.json`) and the pictures
(`mbid-MBID-NUMBER_thumb1200.jpg`) lie in one folder. A thumbnail that is listed may be missing (404), and a server may
fail (500) where the next one does not. What lies on one server may lie on another one later.

Source: https://musicbrainz.org/doc/Cover_Art_Archive/API (read 2026-11), redirects as others recorded them in 2026, and
the names of the files in https://github.com/metabrainz/artwork-redirect.
"""

from __future__ import annotations

import contextlib
import re

from engine.codec import Value
from engine.domain.listing.photos import refused
from engine.errors import UpstreamError
from engine.upstream import fields
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceApi, ServiceClient
from engine.upstream.redirects import resolved

_DOMAINS = ("coverartarchive.org", "archive.org")
_KINDS = (".jpg", ".jpeg", ".png", ".gif")  # an original may also be a PDF


_LIST = re.compile(r"/mbid-[0-9a-f-]{36}/index\.json$")
_FILE = re.compile(r"/release/([0-9a-f-]{36})/(\d+)(?:-(\d+))?\.(\w+)$")


class Fronts(Value, frozen=True):
    """The front cover in its sizes: https addresses that redirect, the largest first (1200 pixels, as it is, 500).

    `folder` is where the list of them lay on a server of the archive when it was read, "" where that is not known.
    """

    addresses: tuple[str, ...]
    folder: str = ""

    @property
    def beside(self) -> str:
        """Return the address that the largest has in the folder, if it lies there, "" where that cannot be told."""
        if not (self.folder and (named := _FILE.search(self.addresses[0]))):
            return ""
        mbid, number, size, kind = named.groups()
        return f"{self.folder}mbid-{mbid}-{number}{f'_thumb{size}' if size else ''}.{kind}"


class CoverArt(ServiceApi):
    """The Cover Art Archive."""

    def __init__(self, transport: HttpTransport, base: str, *, limiter: Limiter = UNLIMITED) -> None:
        super().__init__(ServiceClient("coverart", base, transport, limiter, also=_DOMAINS))

    def fronts(self, mbid: str) -> Fronts | None:
        """Return where the front cover is, None when the release has none.

        Raises:
            UpstreamError: the archive does not answer, or does not hand out the picture.
        """
        answer = self._client.request("front", "GET", f"/release/{mbid}", lists=("images",))
        addresses = parse_fronts(answer.body) if answer.found else ()
        return Fronts(addresses, self._folder(answer.address)) if addresses else None

    def direct(self, fronts: Fronts) -> str | None:
        """Return the largest front cover that is there, as an https address that answers without a redirect.

        None when none is there. Mostly one call, and one for each address that is not there; at this service and the
        servers of archive.org only.

        Raises:
            UpstreamError: one of the addresses does not answer, or leads elsewhere.
        """
        with contextlib.suppress(UpstreamError):  # the way that is always right comes next
            if found := self._resolved(fronts.beside):
                return found
        return next(filter(None, map(self._resolved, fronts.addresses)), None)

    def _resolved(self, address: str) -> str:
        """Return where an address leads, "" where nothing is there that eBay would take."""
        found = secure(resolved(self._client, address) or "") if address else ""
        return "" if refused(found) else found

    def _folder(self, address: str) -> str:
        """Return the folder on a server of the archive in which a list of pictures lies, "" where it is none."""
        return address.removesuffix("index.json") if _LIST.search(address) and self._client.onward(address) else ""


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
