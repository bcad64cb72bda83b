"""The text of one listing, filled, cleaned and no longer than eBay takes. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from engine.domain.identify.releases import Release, Track
from engine.domain.listing.description import markup
from engine.domain.listing.description.discs import Disc, discs
from engine.domain.listing.description.facts import as_list, facts
from engine.domain.listing.description.template import (
    DEFAULT,
    DISCS,
    FACTS,
    MORE_TRACKS,
    NOTE,
    PARAGRAPH,
    TRACKS,
    Compiled,
    compiled,
)
from engine.domain.listing.description.texts import NO_TEXTS, ListingTexts
from engine.domain.listing.wording import clipped, plain, safe
from engine.errors import TemplateUnusable

MAX_DESCRIPTION = 4_000
_MAX_SAID = 1_000
_MAX_TRACK = 100


@dataclass(frozen=True, slots=True)
class Said:
    """The operator's own words about the copies, "" for what they do not say; grades are of the disc and the sleeve.

    `noted` is whether the note stands beside the condition already, so that the text says it only if the template does.
    """

    condition: str = ""
    grades: tuple[str, str] = ("", "")
    note: str = ""
    paragraph: str = ""
    noted: bool = False


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class ListingText:
    """The text as HTML of at most 4,000 characters.

    `problem` says why it is not all that the seller wants, "" where it is; `own` that it is our own text for that.
    """

    html: str
    problem: str = ""
    own: bool = False

    @property
    def to_do(self) -> str:
        """Return what is left to do about the text as a sentence, "" for nothing."""
        if not self.problem:
            return ""
        remedy = "This draft has Draft Maker's own text: correct the template" if self.own else "Shorten the texts"
        return f"{self.problem}. {remedy} on Seller settings."


def listing_text(
    release: Release, gtin: str, said: Said, texts: ListingTexts = NO_TEXTS, template: str = ""
) -> ListingText:
    """Return the text by the seller's template, or by our own where there is none or it cannot be used.

    Tracks give way first and are counted. A note or paragraph that the template has no place for comes first: nothing
    that the operator says is lost.
    """
    if template:
        why = "The template shows nothing of what is known here"
        try:
            if (made := _fitted(compiled(template), release, gtin, said, texts)).html:
                return made
        except TemplateUnusable as unusable:
            why = str(unusable)
        return replace(listing_text(release, gtin, said, texts), problem=why, own=True)
    told = replace(said, note="") if said.noted else said
    return _fitted(compiled(DEFAULT), release, gtin, told, texts)


def _fitted(template: Compiled, release: Release, gtin: str, said: Said, texts: ListingTexts) -> ListingText:
    """Return the text with as many tracks as there is room for."""
    values = _values(release, gtin, said) | {name: markup.trusted(text) for name, text in texts.html().items()}
    every = discs(release)
    made = partial(_made, template, values, every, said)
    count = len(release.tracks)
    html = made(count)
    if len(html) > MAX_DESCRIPTION and count and template.used & {DISCS, TRACKS}:
        least = bisect_left(range(count), x=True, key=lambda shown: len(made(shown)) > MAX_DESCRIPTION)
        html = made(max(0, least - 1))
    if len(html) <= MAX_DESCRIPTION:
        return ListingText(html)
    most = f"eBay takes {MAX_DESCRIPTION:,} characters of a description"
    return ListingText(_cut(html, said), f"{most}: the end of this one was cut")


def _made(template: Compiled, values: Mapping[str, object], every: tuple[Disc, ...], said: Said, shown: int) -> str:
    """Return the text with the first `shown` tracks."""
    some, left = _first(every, shown), sum(len(disc.tracks) for disc in every) - shown
    known = {DISCS: some, MORE_TRACKS: left or "", TRACKS: markup.trusted(_tracks(some, left, named=len(every) > 1))}
    html = markup.cleaned(template.filled({**values, **known}))
    if left and DISCS in template.used and MORE_TRACKS not in template.used:
        html += f"<p>and {left} more tracks</p>"
    return _unplaced(html, said, template.used) + html


def _unplaced(html: str, said: Said, used: Collection[str]) -> str:
    """Return the operator's words that a text does not have, as paragraphs; `used` are the placeholders it has."""
    words = {NOTE: "" if said.noted else safe(_said(said.note)), PARAGRAPH: safe(_said(said.paragraph))}
    missing = (text for name, text in words.items() if name not in used or text.casefold() not in html.casefold())
    return "".join(f"<p>{text}</p>" for text in missing if text)


def _cut(html: str, said: Said) -> str:
    """Return a text that is too long without its end; the operator's words come first where they stood in it."""
    cut = markup.cut(html, MAX_DESCRIPTION)
    return markup.cut(_unplaced(cut, said, (NOTE, PARAGRAPH)) + html, MAX_DESCRIPTION)


def _said(text: str) -> str:
    return clipped(plain(text), _MAX_SAID)


def _values(release: Release, gtin: str, said: Said) -> dict[str, object]:
    """Return what is known of a release and said of the copy, by placeholder; "" for what is not."""
    grade, sleeve = said.grades
    words = {
        "condition": said.condition,
        "grade": grade,
        "sleeve": sleeve,
        NOTE: said.note,
        PARAGRAPH: said.paragraph,
    }
    listed = {FACTS: markup.trusted(as_list(release, gtin))}
    return {**facts(release, gtin), **{name: _said(text) for name, text in words.items()}, **listed}


def _first(every: tuple[Disc, ...], shown: int) -> tuple[Disc, ...]:
    """Return the discs with the first tracks of them all."""
    some: list[Disc] = []
    for disc in every:
        tracks = tuple(map(_plain, disc.tracks[:shown]))
        shown -= len(tracks)
        if tracks:
            some.append(Disc(plain(disc.name), tracks))
    return tuple(some)


def _plain(track: Track) -> Track:
    return Track(plain(track.position), clipped(plain(track.title), _MAX_TRACK), plain(track.duration))


def _tracks(some: tuple[Disc, ...], left: int, *, named: bool) -> str:
    """Return the track list, "" where no track is shown."""
    if not some:
        return ""
    lists = [f"<ul>{''.join(map(_line, disc.tracks))}</ul>" for disc in some]
    if left:
        lists[-1] = f"{lists[-1].removesuffix('</ul>')}<li>and {left} more</li></ul>"
    heads = (f"<p>{safe(disc.name or 'Other tracks')}</p>" if named else "" for disc in some)
    return "<p>Tracks</p>" + "".join(head + tracks for head, tracks in zip(heads, lists, strict=True))


def _line(track: Track) -> str:
    return f"<li>{safe(' '.join(filter(None, (track.position, track.title, track.duration))))}</li>"
