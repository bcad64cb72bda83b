"""What a file says of a release beside its barcode, or in place of one. Pure."""

from __future__ import annotations

from hashlib import sha256

from engine.codec import Value
from engine.domain.folding import folded


class Named(Value, frozen=True):
    """What a row of the file says of its release beside the barcode, each "" where it says nothing.

    `discogs_id` is the number of a Discogs release in digits; the others are the file's own words.
    """

    discogs_id: str = ""
    catalog_number: str = ""
    artist: str = ""
    title: str = ""
    label: str = ""
    country: str = ""
    year: str = ""

    @property
    def by_catalog_number(self) -> bool:
        """Whether a release can be looked up by its catalogue number: with an artist or a label."""
        return bool(self.catalog_number and (self.artist or self.label))

    @property
    def by_words(self) -> bool:
        """Whether a release can be looked up by its artist and title."""
        return bool(self.artist and self.title)

    @property
    def key(self) -> str:
        """Return what a row without a barcode is known by, "" where this names no release.

        It may be the name of a document. In any letters the same words are the same key.
        """
        if self.discogs_id:
            return f"discogs-{self.discogs_id}"
        if not (self.by_catalog_number or self.by_words):
            return ""
        said = (self.catalog_number, self.artist, self.title, self.label, self.country, self.year)
        return f"named-{sha256(chr(31).join(map(folded, said)).encode()).hexdigest()[:24]}"

    @property
    def text(self) -> str:
        """Return what names the release, as an operator reads it; "" where nothing does."""
        if self.discogs_id:
            return f"Discogs {self.discogs_id}"
        if self.by_catalog_number:
            return f"{self.catalog_number} ({self.artist or self.label})"
        return f"{self.artist} – {self.title}" if self.by_words else ""


NOTHING_NAMED = Named()
