"""Pictures of the operator's own: addresses as eBay takes them, and where their files lie. Pure.

Sources: contracts/UPSTREAMS.md 3.3; eBay's Inventory API v1.18.4, `imageUrls` (https only, up to 24);
https://cloud.google.com/storage/docs/request-endpoints (read 2026-11) for the address of a public object.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from engine.codec import Part
from engine.domain.identify.barcodes import display
from engine.domain.listing.photo_pages import page
from engine.errors import BadRequest

MAX_PHOTOS = 24
_LONGEST = 2_000
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!-~]*)?")
_CODE, _ANY = "{upc}", "*"
_FORBIDDEN = frozenset('"<>\\^`{|}')


class Picture(Part, frozen=True, omit_defaults=False):
    """The picture that a draft begins with, stored with its row.

    `url` is its https address, "" when there is none; `reason` says where it comes from, or why there is none. `files`
    are own photos that eBay cannot fetch, `warning` says which photos of the file are not used. `unlinked` says that
    MusicBrainz has yet to tell whether it knows the release by its link to Discogs, and so whether there is a cover.
    """

    url: str = ""
    reason: str = ""
    files: tuple[str, ...] = ()
    warning: str = ""
    unlinked: bool = False


def refused(address: str) -> str:
    """Return the sentence that says why `address` cannot be a picture's, "" when it can."""
    if not address.casefold().startswith("https://"):
        return "a photo's address begins with https://"
    if len(address) > _LONGEST:
        return f"a photo's address has up to {_LONGEST} characters"
    if " " in address:
        return "it has a blank in it: write %20 instead"
    if not _ADDRESS.fullmatch(f"https{address[5:]}") or _FORBIDDEN & set(address):
        return "it is not an address that a browser would open"
    return page(address)


def unfetched(files: Sequence[str]) -> str:
    """Return the sentence that says what is to be done with photos in files that are not public."""
    more = f" and {len(files) - 1} more" * (len(files) > 1)
    return f"eBay cannot fetch your photos until they are public, or you upload them: {files[0]}{more}."


@dataclass(frozen=True, slots=True)
class PhotoPattern:
    """How the files of a barcode are named, `gs://bucket/photos/{upc}_*.jpg`.

    `{upc}` is the barcode with its 12 or 13 digits, `*` any part of a file's name.
    """

    text: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the pattern that an operator wrote.

        Raises:
            BadRequest: it means nothing, or would have every file of a folder looked at for every row.
        """
        text = text.strip()
        scheme, found, rest = text.partition("gs://")
        before, _, after = rest.partition(_CODE)
        bucket, slash, _ = before.partition("/")
        parts = rest.split("/")
        if scheme or not found or not slash or not bucket or not text.isprintable() or len(text) > _LONGEST:
            problem = "it is no address in a bucket"
        elif not all(parts) or {".", ".."} & set(parts):
            problem = "a folder in it has no name"
        elif rest.count(_CODE) != 1 or set("{}") & set(before + after):
            problem = "it names {upc} once, and nothing else in braces"
        elif _ANY in before:
            problem = "no * stands before {upc}"
        elif "/" in after.partition(_ANY)[2]:
            problem = "a * stands for a part of the file's name, not for a folder"
        else:
            return cls(text)
        raise BadRequest(f"photos must look like gs://bucket/photos/{{upc}}_*.jpg, not {text!r}: {problem}")

    @property
    def bucket(self) -> str:
        """Return the name of the bucket."""
        return self.text.split("/")[2]

    def named(self, gtin: str) -> str:
        """Return the pattern of one barcode, as an operator reads it."""
        return self.text.replace(_CODE, display(gtin))

    def prefix(self, gtin: str) -> str:
        """Return what the addresses of a barcode's files begin with."""
        return self.named(gtin).partition(_ANY)[0]

    def matches(self, gtin: str, address: str) -> bool:
        """Tell whether a file is one of the barcode's; a longer number that begins or ends with it is another's."""
        code = f"(?<![0-9]){display(gtin)}(?![0-9])"
        before, _, after = self.text.partition(_CODE)
        pattern = re.escape(before) + code + "[^/]*".join(map(re.escape, after.split(_ANY)))
        return re.fullmatch(pattern, address) is not None


def public_address(address: str) -> str:
    """Return the https address of `gs://bucket/object`, which answers only where anybody may read the object."""
    return f"https://storage.googleapis.com/{quote(address.removeprefix('gs://'), safe='/')}"
