"""eBay's own terms for what Discogs and MusicBrainz say: countries, genres, cases, regions. Pure.

Source: the item specifics of eBay's US categories of music and films, as listings show them (2026-11). Where eBay
itself lists the values of a category, only those are sent, and the first of several terms that it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "US": ("United States",),
    "UK": ("United Kingdom",),
    "South Korea": ("Korea, Republic of", "South Korea", "Korea, South"),
    "Russia": ("Russian Federation", "Russia"),
    "Czech Republic": ("Czech Republic", "Czechia"),
    "Turkey": ("Turkey", "Türkiye"),
    "Trinidad & Tobago": ("Trinidad and Tobago",),
    "Bosnia & Herzegovina": ("Bosnia and Herzegovina",),
}
_SAME = frozenset(
    {
        *(
            "Algeria",
            "Argentina",
            "Armenia",
            "Australia",
            "Austria",
            "Belarus",
            "Belgium",
            "Bolivia",
            "Brazil",
            "Bulgaria",
        ),
        *(
            "Canada",
            "Chile",
            "China",
            "Colombia",
            "Costa Rica",
            "Croatia",
            "Cuba",
            "Cyprus",
            "Denmark",
            "Ecuador",
            "Egypt",
        ),
        *("Estonia", "Finland", "France", "Georgia", "Germany", "Ghana", "Greece", "Guatemala", "Hong Kong", "Hungary"),
        *(
            "Iceland",
            "India",
            "Indonesia",
            "Iran",
            "Iraq",
            "Ireland",
            "Israel",
            "Italy",
            "Jamaica",
            "Japan",
            "Kazakhstan",
        ),
        *(
            "Kenya",
            "Latvia",
            "Lebanon",
            "Lithuania",
            "Luxembourg",
            "Malaysia",
            "Malta",
            "Mexico",
            "Morocco",
            "Netherlands",
        ),
        *(
            "New Zealand",
            "Nigeria",
            "Norway",
            "Pakistan",
            "Panama",
            "Paraguay",
            "Peru",
            "Philippines",
            "Poland",
            "Portugal",
        ),
        *(
            "Puerto Rico",
            "Romania",
            "Saudi Arabia",
            "Senegal",
            "Serbia",
            "Singapore",
            "Slovakia",
            "Slovenia",
            "South Africa",
        ),
        *(
            "Spain",
            "Sweden",
            "Switzerland",
            "Taiwan",
            "Thailand",
            "Tunisia",
            "Ukraine",
            "Uruguay",
            "Venezuela",
            "Vietnam",
        ),
        "Zimbabwe",
    }
)
_GENRES: Mapping[str, str] = {
    "Hip Hop": "Rap & Hip-Hop",
    "Funk / Soul": "R&B & Soul",
    "Stage & Screen": "Soundtracks & Musicals",
    "Brass & Military": "Military",
}
_WORLD, _SPOKEN = "Folk, World, & Country", "Non-Music"
_BY_STYLE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    _WORLD: {
        "Country": (
            "Bluegrass",
            "Cajun",
            "Country",
            "Gospel",
            "Hillbilly",
            "Honky Tonk",
            "Nashville Sound",
            "Western Swing",
        ),
        "Folk": ("Celtic", "Folk", "Neofolk", "Sea Shanties"),
    },
    _SPOKEN: {
        "Comedy": ("Comedy",),
        "Spoken Word": (
            "Audiobook",
            "Dialogue",
            "Interview",
            "Monolog",
            "Poetry",
            "Political",
            "Spoken Word",
            "Speech",
        ),
    },
}
CASES: Mapping[str, str] = {  # in the words of Discogs' users, the most exact first
    "Super Jewel Box": "Super Jewel Box",
    "Super Jewel Case": "Super Jewel Box",
    "Jewel Case": "Jewel Case",
    "Digipak": "Digipak",
    "Digipack": "Digipak",
    "Digifile": "Digifile",
    "Digibook": "Digibook",
    "Longbox": "Longbox",
    "Cardboard Sleeve": "Cardboard Sleeve",
    "Card Sleeve": "Cardboard Sleeve",
    "Paper Sleeve": "Paper Sleeve",
    "Keep Case": "Keep Case",
    "Snap Case": "Snap Case",
    "Steelbook": "Steelbook",
}
REGIONS: Mapping[str, str] = {  # of DVDs, in the words of Discogs' users
    "Region 0": "DVD: 0/All (Region Free/Worldwide)",
    "Region Free": "DVD: 0/All (Region Free/Worldwide)",
    "All Regions": "DVD: 0/All (Region Free/Worldwide)",
    "Region 1": "DVD: 1 (US, Canada...)",
    "Region 2": "DVD: 2 (Europe, Japan, Middle East...)",
    "Region 3": "DVD: 3 (East Asia, Southeast Asia...)",
    "Region 4": "DVD: 4 (AU, NZ, Latin America...)",
}


def countries(name: str) -> tuple[str, ...]:
    """Return eBay's terms for a country of Discogs, () for a region, several countries, or one that is no more."""
    return _COUNTRIES.get(name) or ((name,) if name in _SAME else ())


def genres(names: Sequence[str], styles: Sequence[str]) -> Iterator[str]:
    """Yield eBay's genres for those of Discogs, each once; a genre of several kinds goes by the styles."""
    for name in names:
        if name in _BY_STYLE:
            found = [genre for genre, known in _BY_STYLE[name].items() if set(known) & set(styles)]
            yield from found or (["World Music"] if name == _WORLD else [])
        else:
            yield _GENRES.get(name, name)
