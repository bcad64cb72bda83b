"""What a buyer is told of a release: each fact by its placeholder, and all of them as a list. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.identify.barcodes import display
from engine.domain.identify.candidates import descriptions
from engine.domain.identify.releases import Release
from engine.domain.listing.media_names import media_names
from engine.domain.listing.names import artist_name, label_name, title_name
from engine.domain.listing.wording import clipped, plain, safe

_MAX_FACT = 200
_MAX_LINE = 100


def facts(release: Release, gtin: str) -> dict[str, str]:
    """Return what is known of a release by placeholder, on one line each; "" for what is not."""
    known = {
        "artist": artist_name(release.artist),
        "title": title_name(release.title),
        "format": next(iter(media_names(release)), ""),
        "label": label_name(release.label),
        "catalog_number": release.catalog_number,
        "released": release.released,
        "country": release.country,
        "genre": ", ".join((*release.genres, *release.styles)),
        "barcode": display(gtin),
    }
    return {name: clipped(plain(text), _MAX_FACT) for name, text in known.items()}


def as_list(release: Release, gtin: str) -> str:
    """Return all that is known of a release as a list, HTML."""
    lines = ((name, clipped(plain(text), _MAX_LINE)) for name, text in _lines(release, facts(release, gtin)))
    return f"<ul>{''.join(f'<li>{name}: {safe(text)}</li>' for name, text in lines if text)}</ul>"


def _lines(release: Release, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    media = (f"{item.quantity} × {item.name}" if item.quantity > 1 else item.name for item in release.formats)
    written = (item.text for item in release.formats)
    yield "Format", ", ".join(filter(None, dict.fromkeys((*media, *descriptions(release), *written))))
    yield "Label", known["label"]
    yield "Catalogue number", known["catalog_number"]
    yield "Released", known["released"]
    yield "Country", known["country"]
    yield "Genre", known["genre"]
    yield "Barcode", known["barcode"]
