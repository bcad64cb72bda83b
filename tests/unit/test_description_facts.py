"""What a buyer is told of a release: facts, under the names that buyers use, and nothing for what is not known."""

from __future__ import annotations

from engine.domain.identify.releases import Format, Release
from engine.domain.listing.description.facts import as_list, facts

GTIN = "00093624755524"


def test_what_is_known_of_a_release_is_a_line_each() -> None:
    known = Release(
        "discogs",
        "4",
        "Faze Action",
        "Moving Cities",
        formats=(Format("CD", 2, ("Album", "Promo"), "Digipak"), Format("DVD", 1, ("Album",))),
        label="Rough <Trade>",
        catalog_number="R 1",
        released="1999-11",
        country="UK",
        genres=("Disco",),
        styles=("House",),
    )
    assert as_list(known, GTIN) == (
        "<ul><li>Format: 2 × CD, DVD, Album, Promo, Digipak</li><li>Label: Rough &lt;Trade&gt;</li>"
        "<li>Catalogue number: R 1</li><li>Released: 1999-11</li><li>Country: UK</li><li>Genre: Disco, House</li>"
        "<li>Barcode: 093624755524</li></ul>"
    )
    assert facts(known, GTIN)["format"] == "2 CD + DVD"


def test_a_database_s_own_ways_of_writing_names_reach_no_buyer() -> None:
    odd = Release("discogs", "4", "Beatles, The (2)", "Help =", label="Not On Label (Beatles Self-released)")
    told = facts(odd, GTIN)
    assert (told["artist"], told["title"], told["label"]) == ("The Beatles", "Help", "")
    assert facts(Release("discogs", "4", "Unknown Artist", "Help"), GTIN)["artist"] == ""
    assert as_list(odd, GTIN) == "<ul><li>Barcode: 093624755524</li></ul>"


def test_a_fact_has_so_many_characters() -> None:
    long = Release("discogs", "4", "a" * 201, "", label="x" * 150)
    assert "<li>Label: " + "x" * 100 + "</li>" in as_list(long, GTIN)
    assert facts(long, GTIN)["artist"] == "a" * 200
