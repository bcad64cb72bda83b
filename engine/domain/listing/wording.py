"""The words of a listing and its description. Pure; what comes from the databases is never trusted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape, unescape

from engine.domain.identify.barcodes import display
from engine.domain.identify.candidates import descriptions
from engine.domain.identify.releases import Release, Track

MAX_TITLE = 80
MAX_DESCRIPTION = 4_000

_MAX_NAME = 100
_MAX_FACT = 65
_MAX_NOTE = 500
_DASH = " - "
_JOINERS = "\u200c\u200d"  # invisible, but Persian words and joined emoji need them
_MARKUP = re.compile(
    r"<!--.*?-->|<(script|style)\b[^>]*>.*?(?:</\1\s*>|$)|"
    r"</?(?P<tag>a|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u|"
    r"blockquote|body|br|center|div|form|h[1-6]|head|hr|html|iframe|img|input|li|link|meta|object|ol|p|pre|svg|table|"
    r"tbody|td|th|thead|tr|ul|video)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_INLINE = frozenset({"a", "b", "big", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"})
_SIZES = ("LP", '12"', '10"', '7"')


def plain(text: str) -> str:
    """Return `text` on one line, without control characters and marks that turn the direction of writing."""
    seen = (" " if letter.isspace() else letter for letter in text)
    kept = (letter for letter in seen if letter in _JOINERS or not unicodedata.category(letter).startswith("C"))
    return " ".join("".join(kept).split())


def without_markup(text: str) -> str:
    """Return `text` without HTML: no tags, comments, scripts or styles, and letters for their codes.

    What only looks like a tag, `<3 cm` or `<on>`, stays.
    """
    bare = _MARKUP.sub(_between, unescape(_MARKUP.sub(_between, text)))
    return " ".join(bare.split())


def _between(markup: re.Match[str]) -> str:
    """Return what stands in place of markup: nothing for letters in bold and the like, a blank for all else."""
    return "" if (markup["tag"] or "").lower() in _INLINE else " "


def shortened(text: str, room: int) -> str:
    """Return as many whole words of `text` as fit into `room` characters; "" when the first one does not fit."""
    if len(text) <= room:
        return text
    cut = text[: room + 1].rpartition(" ")[0]
    return cut.rstrip(" ,;:/&+-–—•([")


def clipped(text: str, room: int) -> str:
    """Return `text` in at most `room` characters, at the end of a word where there is one."""
    return shortened(text, room) or text[:room]


def safe(text: str) -> str:
    """Return `text` as HTML shows it."""
    return escape(text, quote=False)


def description(release: Release, gtin: str, *, note: str = "", paragraph: str = "") -> str:
    """Return the facts and the tracks as HTML of at most 4,000 characters; tracks that do not fit are counted.

    `note` is the operator's own remark about the copy, `paragraph` what else they want to say.
    """
    names = (clipped(plain(name), _MAX_NAME) for name in (release.artist, release.title))
    head = f"<h2>{safe(_DASH.join(filter(None, names)) or display(gtin))}</h2>"
    for text in filter(None, (note, paragraph)):
        room = (MAX_DESCRIPTION - len(head)) // len("&amp;") - len("<p></p>")
        head += f"<p>{safe(clipped(plain(text), min(room, _MAX_NOTE)))}</p>"
    lines = packed(facts(release, gtin), MAX_DESCRIPTION - len(head) - len("<ul></ul>"))
    head += f"<ul>{''.join(lines)}</ul>"
    return head + tracks(release, MAX_DESCRIPTION - len(head))


def format_name(release: Release) -> str:
    """Return the format as buyers search for it: `CD`, `2 CD`, `Vinyl LP`, `Box Set`."""
    if not release.formats:
        return ""
    first = release.formats[0]
    words = [str(first.quantity)] if first.quantity > 1 else []
    words.append(plain(first.name))
    if first.name == "Vinyl":
        words += [size for size in _SIZES if size in first.descriptions][:1]
    return " ".join(filter(None, words))


def facts(release: Release, gtin: str) -> Iterable[str]:
    """Return what is known of a release as lines of a list, HTML."""
    return filter(None, (_fact(*fact) for fact in _facts(release, gtin)))


def _facts(release: Release, gtin: str) -> Iterable[tuple[str, str]]:
    media = (f"{item.quantity} × {item.name}" if item.quantity > 1 else item.name for item in release.formats)
    details = dict.fromkeys((*media, *descriptions(release)))
    yield "Format", ", ".join(details)
    yield "Label", release.label
    yield "Catalogue number", release.catalog_number
    yield "Released", release.released
    yield "Country", release.country
    yield "Genre", ", ".join((*release.genres, *release.styles))
    yield "Barcode", display(gtin)


def _fact(name: str, value: str) -> str:
    value = clipped(plain(value), _MAX_FACT)
    return f"<li>{name}: {safe(value)}</li>" if value else ""


def tracks(release: Release, room: int) -> str:
    """Return the track list in at most `room` characters, "" when there is none."""
    before, after, rest = "<p>Tracks</p><ul>", "</ul>", "<li>and {} more</li>"
    lines = [_track(track) for track in release.tracks]
    fitting = packed(lines, room - len(before + rest + after) - len(str(len(lines))))
    if not fitting:
        return ""
    left = len(lines) - len(fitting)
    return before + "".join(fitting) + (rest.format(left) if left else "") + after


def _track(track: Track) -> str:
    parts = (track.position, clipped(plain(track.title), _MAX_NAME), track.duration)
    return f"<li>{safe(' '.join(filter(None, map(plain, parts))))}</li>"


def packed(pieces: Iterable[str], room: int) -> list[str]:
    """Return the pieces from the first on, as long as they fit into `room` characters together."""
    fitting = []
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        fitting.append(piece)
    return fitting
