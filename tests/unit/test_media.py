"""What a release consists of: read from the first medium that is no container, whatever lies beside it."""

from __future__ import annotations

import pytest

from engine.domain.identify.releases import Format, Release
from engine.domain.listing.media import Media
from engine.domain.listing.media_names import media_names

LP_AND_SINGLE = (Format("Vinyl", 2, ("LP", "Album")), Format("Vinyl", 1, ('7"', "45 RPM", "Single")))


def record(*words: str, text: str = "") -> Media:
    return Media((Format("Vinyl", 1, words, text),))


@pytest.mark.parametrize(
    ("formats", "size", "speed", "kind", "material"),
    [
        (LP_AND_SINGLE, '12"', "33 RPM", "Album", "Vinyl"),
        ((Format("Vinyl", 1, ("LP",)),), '12"', "33 RPM", "", "Vinyl"),
        ((Format("Vinyl", 1, ("LP", '10"', "45 RPM")),), '10"', "45 RPM", "", "Vinyl"),
        ((Format("Vinyl", 1, ('7"', "33 ⅓ RPM", "EP")),), '7"', "33 RPM", "EP", "Vinyl"),
        ((Format("Vinyl", 1, ("Album",)),), "", "", "Album", "Vinyl"),
        ((Format("Shellac", 1, ('10"', "78 RPM")),), '10"', "78 RPM", "", "Shellac"),
        ((Format("Flexi-disc", 1, ('7"',)),), '7"', "", "", "Vinyl"),
        ((Format("Acetate", 1, ('12"',)),), '12"', "", "", "Acetate"),
        (
            (Format("Box Set", 1, ("Compilation",)), Format("Vinyl", 3, ("LP",))),
            '12"',
            "33 RPM",
            "Compilation",
            "Vinyl",
        ),
        ((Format("CD", 1, ("Album",)), Format("CD", 1, ("Maxi-Single",))), "", "", "Album", ""),
        ((Format("CD", 1, ("Album",)), Format("Vinyl", 1, ('7"', "Single"))), "", "", "Album", ""),
        ((Format("File", 1, ("FLAC",)), Format("Vinyl", 1, ('12"',))), '12"', "", "", "Vinyl"),
        ((Format("Cassette", 1, ("EP",)),), "", "", "EP", ""),
        ((), "", "", "", ""),
    ],
)
def test_size_speed_type_and_material_are_those_of_the_first_medium(
    formats: tuple[Format, ...], size: str, speed: str, kind: str, material: str
) -> None:
    whole = Media(formats)
    assert (whole.size, whole.speed, whole.type, whole.material) == (size, speed, kind, material)


@pytest.mark.parametrize(
    ("text", "written", "colours"),
    [
        ("Red", "Red", ("Red",)),
        ("180 Gram, Transparent Blue", "Transparent Blue", ("Blue",)),
        ("Yellow Vinyl", "Yellow", ("Yellow",)),
        ("Black w/ White Splatter", "Black w/ White Splatter", ("Black", "White")),
        ("Lilac", "Lilac", ("Purple",)),
        ("grey marbled", "grey marbled", ("Gray",)),
        ("Splatter", "Splatter", ()),
        ("Red & Blue Split", "Red & Blue Split", ("Red", "Blue")),
        ("Red Label", "", ()),
        ("Plum coloured labels", "", ()),
        ("Orange Sleeve", "", ()),
        ("Black Cover", "", ()),
        ("Gold Logo", "", ()),
        ("White Print, Green", "Green", ("Green",)),
        ("Blueprint", "", ()),
        ("Redux", "", ()),
        ("Jacksonville Pressing", "", ()),
        ("with", "", ()),
    ],
)
def test_a_colour_is_a_whole_word_that_speaks_of_the_record(text: str, written: str, colours: tuple[str, ...]) -> None:
    whole = record("LP", text=text)
    assert (whole.colour_words, whole.colours) == (written, colours)


def test_a_compact_disc_has_no_colour_and_a_bonus_record_has_its_own() -> None:
    assert Media((Format("CD", 1, (), "Red"),)).colour_words == ""
    assert Media((Format("CD"), Format("Vinyl", 1, ('7"',), "Red"))).colours == ("Red",)


@pytest.mark.parametrize(
    ("text", "grams"),
    [("180 g", "180"), ("180gr, Gatefold sleeve", "180"), ("200 Gram", "200"), ("1180 g", ""), ("Red", "")],
)
def test_the_weight_of_a_record_is_what_is_written(text: str, grams: str) -> None:
    assert record("LP", text=text).grams == grams


@pytest.mark.parametrize(
    ("words", "text", "pressing"),
    [
        ((), "SHM-CD", "SHM-CD"),
        ((), "SHMCD", "SHM-CD"),
        (("HQCD",), "", "HQCD"),
        ((), "UHQCD", "UHQCD"),
        ((), "CD1", ""),
    ],
)
def test_a_make_of_disc_goes_by_its_name(words: tuple[str, ...], text: str, pressing: str) -> None:
    assert Media((Format("CD", 1, words, text),)).pressing == pressing


@pytest.mark.parametrize(
    ("formats", "ways"),
    [
        (LP_AND_SINGLE, ('2 LP + 7"', "2 LP")),
        ((Format("Vinyl", 1, ("LP", '12"')),), ("LP",)),
        ((Format("Vinyl", 1, ("LP", '10"')),), ('10" LP',)),
        ((Format("Vinyl", 2, ('12"', "EP")),), ('2 x 12" EP', '2 x 12"')),
        ((Format("Vinyl", 1, ('7"', "Single")),), ('7" Single', '7"')),
        ((Format("Vinyl"),), ("Vinyl",)),
        ((Format("Box Set"), Format("CD", 3)), ("3 CD Box Set",)),
        ((Format("Box Set"), Format("CD", 2, ("Album",)), Format("DVD")), ("2 CD + DVD Box Set", "2 CD Box Set")),
        ((Format("CD", 1, ("Album",)), Format("CD", 1, ("Maxi-Single",))), ("2 CD",)),
        ((Format("CD"), Format("DVD")), ("CD + DVD", "CD")),
        ((Format("CD"), Format("DVD"), Format("Vinyl", 1, ("LP",)), Format("Cassette")), ("CD + DVD + LP", "CD")),
        ((Format("CD", 1, ("Maxi-Single",)),), ("CD Maxi-Single", "CD")),
        ((Format("CDr"),), ("CD-R",)),
        ((Format("SACD", 1, ("Hybrid",)),), ("SACD",)),
        ((Format("CD", 1, (), "SHM-CD"),), ("SHM-CD",)),
        ((Format("CD", 1, ("VCD",)),), ("VCD",)),
        ((Format("Hybrid", 1, ("DualDisc",)),), ("DualDisc",)),
        ((Format("Shellac", 1, ('10"', "78 RPM")),), ('10" Shellac 78 RPM',)),
        ((Format("Shellac", 1, ("78 RPM",)),), ("Shellac 78 RPM",)),
        ((Format("Flexi-disc", 1, ('7"', "45 RPM")),), ('7" Flexi-disc',)),
        ((Format("Laserdisc"),), ("LaserDisc",)),
        ((Format("8-Track Cartridge"),), ("8-Track",)),
        ((Format("CD"), Format("File", 12)), ("CD",)),
        ((Format("Box Set"),), ("Box Set",)),
        ((Format("All Media", 1, ("Reissue",)), Format("CD", 2)), ("2 CD",)),
        ((Format("File", 9),), ()),
        ((Format("New\nMedium"),), ("New Medium",)),
        ((), ()),
    ],
)
def test_media_are_named_as_buyers_search_for_them(formats: tuple[Format, ...], ways: tuple[str, ...]) -> None:
    assert media_names(Release("discogs", "1", "A", "T", formats=formats)) == ways
