"""Titles of a thousand real releases: nothing in them that no field says, nothing twice, nothing that fits left out."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from statistics import median
from xml.etree.ElementTree import iterparse

from engine.catalog import entries
from engine.domain.identify.releases import Release
from engine.domain.listing.aspects import aspects
from engine.domain.listing.categories import VINYL, category
from engine.domain.listing.category_rules import table
from engine.domain.listing.media import media
from engine.domain.listing.names import buyers_names
from engine.domain.listing.titles import EDITIONS, title
from engine.upstream.discogs import parse_release
from tests.support.recordings import DUMP, Recording
from tests.support.titles import unsayable, words

GTIN = "00093624755524"
SHORT = "{artist} - {title} {media} {standard} {edition}"
WANTED = ("Reissue", "Promo", "Limited Edition", "Mono", "PAL", "NTSC")
HYPHENATED = {"reel", "j", "cha"}  # Reel-to-Reel, J&J, Cha-Cha


def listed(sample: Path) -> list[Release]:
    """Return the releases of the sample that are sold on a medium."""
    with gzip.open(sample) as file:
        found = [parse_release(entries.body(element)) for _, element in iterparse(file) if element.tag == "release"]
    return [release for release in found if category(release.formats)]


def test_every_word_stands_in_a_field_and_none_twice(recording: Recording) -> None:
    for release in listed(recording(DUMP)):
        made = title(release, GTIN)
        assert not unsayable(made, release, GTIN), made
        named = Counter(words(" ".join(buyers_names(release))))
        said = Counter(word for word in words(made) if not word.isdigit() or len(word) > 3)
        twice = {word for word, count in said.items() if count > max(1, named[word])}
        assert twice <= HYPHENATED, made


def test_none_is_longer_than_eighty_characters_and_most_use_seventy(recording: Recording) -> None:
    lengths = [len(title(release, GTIN)) for release in listed(recording(DUMP))]
    assert max(lengths) <= 80
    assert median(lengths) >= 76


def test_every_edition_and_standard_that_fits_is_there(recording: Recording) -> None:
    told = Counter[str]()
    for release in listed(recording(DUMP)):
        short = title(release, GTIN, templates={"*": SHORT})
        for word in media(release).words:
            way = EDITIONS.get(word, (word,))[-1]
            if word in WANTED and (told.update([word]) or not set(words(way)) <= set(words(title(release, GTIN)))):
                assert len(short) + 1 + len(way) > 80, short
    assert all(told[word] for word in WANTED)


def test_every_lp_has_its_size_and_speed(recording: Recording) -> None:
    records = [each for each in listed(recording(DUMP)) if category(each.formats) == VINYL]
    albums = [each for each in records if "LP" in media(each).main.descriptions]
    specifics = [aspects(each, table(VINYL)) for each in albums]
    assert len(albums) > 200
    assert all(each["Record Size"] and each["Speed"] for each in specifics)
