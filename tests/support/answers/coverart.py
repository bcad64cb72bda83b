"""Answers of the Cover Art Archive, made from a few named facts.

Source: https://musicbrainz.org/doc/Cover_Art_Archive/API (read 2026-11).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
SIZES = {"250": "250", "500": "500", "1200": "1200", "small": "250", "large": "500"}


def images(mbid: str, *pictures: Json) -> Json:
    """Return the pictures of a release."""
    return {"images": list(pictures), "release": f"https://musicbrainz.org/release/{mbid}"}


def picture(mbid: str, number: int, *, front: bool = True, sizes: bool = True) -> Json:
    """Return one picture; without `sizes` the archive has made no smaller ones yet."""
    address = f"http://coverartarchive.org/release/{mbid}/{number}"
    return {
        "id": number,
        "approved": True,
        "front": front,
        "back": not front,
        "types": ["Front" if front else "Back"],
        "image": f"{address}.jpg",
        "thumbnails": {name: f"{address}-{size}.jpg" for name, size in SIZES.items()} if sizes else {},
    }
