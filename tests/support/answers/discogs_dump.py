"""A monthly dump of Discogs, made from the releases that the sandbox knows and others without a barcode.

Source: https://data.discogs.com (read 2026-11).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from engine.sandbox.catalogue import Entry


def write(path: Path, releases: Iterable[Element]) -> Path:
    """Write a packed dump of `releases` and return where it lies."""
    lines = b"\n".join(tostring(release) for release in releases)
    path.write_bytes(gzip.compress(b"<releases>\n" + lines + b"\n</releases>\n"))
    return path


def plain(number: int, title: str = "No barcode") -> Element:
    """Return a release without a barcode."""
    release = Element("release", id=str(number), status="Accepted")
    _text(release, "title", title)
    return release


def release(entry: Entry) -> Element:
    """Return a release of the sandbox as the dump tells it."""
    told = plain(entry["id"], entry["title"])
    artists = SubElement(told, "artists")
    for name, anv, join in entry["artists"]:
        artist = SubElement(artists, "artist")
        for tag, value in (("name", name), ("anv", anv), ("join", join), ("role", "")):
            _text(artist, tag, value)
    _empty(told, "labels", "label", ({"name": name, "catno": number} for name, number in entry["labels"]))
    formats = SubElement(told, "formats")
    for name, quantity, words, *text in entry["formats"]:
        medium = SubElement(formats, "format", name=name, qty=str(quantity), text="".join(text))
        _texts(medium, "description", words)
    _texts(told, "genre", entry["genres"])
    _texts(told, "style", entry["styles"])
    _text(told, "country", entry["country"])
    _text(told, "released", entry["released"])
    tracks = SubElement(told, "tracklist")
    for position, title, duration in entry["tracks"]:
        track = SubElement(tracks, "track")
        for tag, value in (("position", position), ("title", title), ("duration", duration)):
            _text(track, tag, value)
    codes = ({"type": kind, "value": value} for kind, value in entry["identifiers"])
    _empty(told, "identifiers", "identifier", codes)
    return told


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _texts(parent: Element, tag: str, texts: Iterable[str]) -> None:
    """Add a list, `genres` of `genre`."""
    group = SubElement(parent, f"{tag}s")
    for text in texts:
        _text(group, tag, text)


def _empty(parent: Element, group: str, tag: str, attributes: Iterable[Mapping[str, Any]]) -> None:
    """Add a list of elements that hold nothing but attributes."""
    elements = SubElement(parent, group)
    for attribute in attributes:
        SubElement(elements, tag, dict(attribute))
