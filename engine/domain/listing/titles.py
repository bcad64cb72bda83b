"""The title of a listing: parts by a template, each whole or not at all, at most 80 characters. Pure.

The medium and the seller's own words are reserved first, then artist and title are fitted, then every other part that
fits is taken, the ones worth most to a buyer first. What stands in the title already is not said again.

Source: contracts/UPSTREAMS.md 3.3 (eBay's titles have 80 characters at most).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.domain.batch.grades import OF_SLEEVES, Grade, Grading
from engine.domain.folding import folded
from engine.domain.identify.barcodes import display
from engine.domain.identify.releases import Release
from engine.domain.listing import shortening
from engine.domain.listing.categories import MEDIA, medium
from engine.domain.listing.media import media
from engine.domain.listing.media_names import media_names
from engine.domain.listing.names import artists_of, buyers_names, label_name
from engine.domain.listing.wording import plain

MAX_TITLE = 80
MAX_TITLE_TEMPLATE = 300
MAX_OWN_WORDS = 30  # characters of a template that are the seller's own
DASH = "-"
PLACEHOLDERS: Mapping[str, str] = {
    "artist": "the artist",
    "title": "the title of the release",
    "media": "what it is: 2 LP, CD + DVD, 3 CD Box Set",
    "standard": "PAL or NTSC, of films",
    "sealed": "Sealed, where you grade it so",
    "edition": "Promo, Reissue, Remastered, Limited Edition, Mono …",
    "color": "the colour of the records",
    "grade": "your grade, such as VG+/VG",
    "year": "the year of the release",
    "catalog_number": "the catalogue number",
    "country": "the country; of records always, of others when it is not the US",
    "label": "the label",
    "material": "Vinyl, of records",
    "genre": "styles and genre",
}
"""The placeholders, those that are worth most to a buyer first."""

MUSIC = (
    "{artist} - {title} {media} {edition} {color} {material} {standard} {sealed} {grade} {year} {label} "
    "{catalog_number} {country} {genre}"
)
FILMS = (
    "{artist} - {title} {media} {standard} {edition} {sealed} {grade} {year} {label} {catalog_number} {country} {genre}"
)
TEMPLATES: Mapping[str, str] = {"*": MUSIC, "DVD": FILMS, "Blu-ray": FILMS, "VHS": FILMS, "LaserDisc": FILMS}
"""The templates of a seller who has written none, by kind of medium; `*` for any."""

EDITIONS: Mapping[str, tuple[str, ...]] = {  # in Discogs' words, as a title says them, the longest first
    "Test Pressing": ("Test Pressing",),
    "Promo": ("Promo",),
    "White Label": ("White Label",),
    "Reissue": ("Reissue",),
    "Repress": ("Repress",),
    "Remastered": ("Remastered",),
    "Limited Edition": ("Limited Edition", "Limited"),
    "Numbered": ("Numbered",),
    "Mono": ("Mono",),
    "Quadraphonic": ("Quadraphonic",),
    "Picture Disc": ("Picture Disc",),
    "Deluxe Edition": ("Deluxe Edition", "Deluxe"),
    "Special Edition": ("Special Edition",),
    "Club Edition": ("Club Edition",),
    "Shape": ("Shape",),
    "Etched": ("Etched",),
    "Single Sided": ("Single Sided",),
    "Sampler": ("Sampler",),
    "Transcription": ("Transcription",),
    "Enhanced": ("Enhanced",),
    "Stereo": ("Stereo",),
}
KINDS = ("*", *MEDIA)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"\w+")
_MOST_STYLES = 2
_EVERYWHERE = frozenset({"Worldwide", "Unknown"})
_HOME = "US"

Piece = tuple[str, ...]  # ways to say one thing, the longest first


@dataclass(frozen=True)
class _Slot:
    """A part of a template: a placeholder by name with what is glued to it, or words of the seller's own."""

    name: str
    before: str = ""
    after: str = ""

    @property
    def joins(self) -> bool:
        """Whether it only stands between its two neighbours."""
        return not self.name and not _WORD.search(self.before)

    def shown(self, words: Iterable[str]) -> str:
        """Return what it says; "" for a placeholder without words."""
        said = " ".join(words)
        return f"{self.before}{said}{self.after}" if said or not self.name else ""


def problem(template: str) -> str:
    """Return what is wrong with a template as a sentence, "" when nothing is. An empty one is as the program does."""
    if len(template) > MAX_TITLE_TEMPLATE:
        return f"The template of a title has {len(template):,} characters, and the most is {MAX_TITLE_TEMPLATE}"
    if "\n" in template:
        return "The template of a title is one line"
    names = _PLACEHOLDER.findall(template)
    if strange := [name for name in names if name not in PLACEHOLDERS]:
        return f"The template of a title: there is no placeholder {{{strange[0]}}}"
    if set("{}") & set(_PLACEHOLDER.sub("", template)):
        return "The template of a title: a brace belongs to no placeholder"
    if template.strip() and "title" not in names:
        return "The template of a title: {title} has to be in it"
    if twice := [name for name in PLACEHOLDERS if names.count(name) > 1]:
        return f"The template of a title: {{{twice[0]}}} stands in it twice"
    if close := next((found for token in template.split() if len(found := _PLACEHOLDER.findall(token)) > 1), []):
        return f"The template of a title: a blank has to part {{{close[0]}}} from {{{close[1]}}}"
    own = " ".join(_PLACEHOLDER.sub("", template).split())
    if len(own) > MAX_OWN_WORDS:
        return f"The template of a title has {len(own)} characters of its own words, and the most is {MAX_OWN_WORDS}"
    return ""


def problems(templates: Mapping[str, str]) -> str:
    """Return what is wrong with templates by kind of medium as a sentence, "" when nothing is."""
    if strange := [kind for kind in templates if kind not in KINDS]:
        return f"There is no kind of medium “{strange[0]}”: choose one of {', '.join(KINDS)}"
    return next(filter(None, map(problem, templates.values())), "")


def template_for(release: Release, templates: Mapping[str, str]) -> str:
    """Return the template that counts for a release: the seller's for its medium or for any, else the program's."""
    kind = medium(release.formats)
    own = templates.get(kind) or templates.get("*")
    return own or TEMPLATES.get(kind) or TEMPLATES["*"]


def title(
    release: Release, gtin: str, *, own: Grading | None = None, templates: Mapping[str, str] | None = None
) -> str:
    """Return the title by the template for the release, in at most 80 characters; `own` are the seller's grades."""
    made = _Title(list(_slots(template_for(release, templates or {}))))
    artist, name = buyers_names(release)
    ways = media_names(release)
    made.put("media", *ways[-1:])
    artists = list(shortening.fewer_artists(artist, artists_of(release))) if made.has("artist") else []
    artist, name = shortening.both(artists, list(shortening.beginnings(name)), f" {DASH} ", made.room)
    made.put("artist", artist)
    made.put("title", name or ("" if artist else f"Barcode {display(gtin)}"))
    made.name_media(ways[-1:])
    for part, words in _first_pieces(release, own):
        made.add(part, words)
    made.name_media(ways)
    for part, words in _more_pieces(release, own):
        made.add(part, words)
    return made.text


@dataclass
class _Title:
    """A title in the making: what each placeholder of the template holds so far."""

    slots: Sequence[_Slot]
    said: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the title as it stands."""
        shown = ["", *(slot.shown(self.said.get(slot.name, ())) for slot in self.slots), ""]
        standing = (
            text
            for place, (slot, text) in enumerate(zip(self.slots, shown[1:], strict=False), 1)
            if text and (not slot.joins or (shown[place - 1] and shown[place + 1]))
        )
        return " ".join(standing)

    def has(self, part: str) -> bool:
        """Return whether the template has a place for a part."""
        return any(slot.name == part for slot in self.slots)

    def put(self, part: str, *words: str) -> None:
        """Let a part say just these words."""
        self.said[part] = list(filter(None, words))

    def news(self, words: str) -> bool:
        """Return whether none of the words is said already; numbers do not count."""
        return not _words(words) & _words(self.text)

    def add(self, part: str, ways: Piece) -> None:
        """Let a part say one thing more, in the longest way that fits and repeats nothing."""
        before = self.said.get(part, ())
        for way in map(plain, ways if self.has(part) else ()):
            if way and self.news(way):
                self.said[part] = [*before, way]
                if len(self.text) <= MAX_TITLE:
                    return
                self.said[part] = before

    def name_media(self, ways: Piece) -> None:
        """Name the media in the longest way that fits; not at all where artist and title do."""
        self.put("media")
        text = _words(self.text)
        for way in ways if self.has("media") else ():
            self.put("media", way)
            repeated = _words(way) & text
            if len(self.text) <= MAX_TITLE and (not repeated or (way == ways[-1] and repeated != _words(way))):
                return
        if ways and not _words(ways[-1]) - text:
            self.put("media")

    @property
    def room(self) -> int:
        """Return the characters that are left to artist and title, with the dash between them."""
        self.put("title", "x")
        taken = len(self.text)
        self.put("title")
        return MAX_TITLE - taken + len("x")


def _words(text: str) -> frozenset[str]:
    """Return the words of a text without case and accents, but for numbers that say how many."""
    words = _WORD.findall(folded(text))
    return frozenset(word for word in words if not (word.isdigit() and len(word) < len("1999")) and word != "x")


def _slots(template: str) -> Iterator[_Slot]:
    """Yield the parts of a template in their order."""
    for token in template.split():
        found = _PLACEHOLDER.search(token)
        yield _Slot(found[1], token[: found.start()], token[found.end() :]) if found else _Slot("", token)


def _first_pieces(release: Release, own: Grading | None) -> Iterator[tuple[str, Piece]]:
    """Yield what tells an edition from another, by placeholder, what is worth most to a buyer first."""
    whole = media(release)
    yield "standard", (whole.standard,)
    if own and own.medium is Grade.SEALED:
        yield "sealed", ("Sealed",)
    yield from (("edition", ways) for word, ways in EDITIONS.items() if word in whole.words)


def _more_pieces(release: Release, own: Grading | None) -> Iterator[tuple[str, Piece]]:
    """Yield what else may be said, by placeholder, what is worth most to a buyer first."""
    whole = media(release)
    if whole.colour_words and whole.colour_words.casefold() != "black":  # as nearly every record
        yield "color", (f"{whole.colour_words} Vinyl", whole.colour_words)[whole.material != "Vinyl" :]
    yield "grade", (_grade(own),)
    yield "year", (str(release.year or ""),)
    yield "catalog_number", (release.catalog_number.split(", ")[0],)
    if release.country not in _EVERYWHERE and (whole.grooved or release.country != _HOME):
        yield "country", (release.country,)
    yield "label", (label_name(release.label),)
    yield "material", (whole.material if whole.material == "Vinyl" else "",)
    yield from (("genre", (style,)) for style in release.styles[:_MOST_STYLES])
    yield from (("genre", (genre,)) for genre in release.genres[:1] if not set(",/") & set(genre))


def _grade(own: Grading | None) -> str:
    """Return the seller's grades as the trade writes them, "" for none; of a plain sleeve nothing is said."""
    if own is None or own.medium in (None, Grade.SEALED):
        return ""
    return str(own.medium) if own.sleeve in OF_SLEEVES else own.written
