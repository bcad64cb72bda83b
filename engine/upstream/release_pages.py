"""The pages of releases at Discogs, as MusicBrainz' editors link to them."""

from __future__ import annotations

import re

_PAGE = re.compile(r"https?://(?:www\.)?discogs\.com/(?:[\w-]+/)?release/(\d{1,12})\b")


def release_page(discogs_id: int | str) -> str:
    """Return the address of a release's page."""
    return f"https://www.discogs.com/release/{discogs_id}"


def paged_release(address: str) -> str:
    """Return the number of the release whose page is at an address, "" when that is another page."""
    found = _PAGE.match(address)
    return found[1] if found else ""
