"""MusicBrainz' codes and formats in Discogs' words, so that two descriptions of one release can be compared."""

from __future__ import annotations

import re

_TABLE = """
    AR Argentina, AT Austria, AU Australia, BE Belgium, BG Bulgaria, BR Brazil, BY Belarus, CA Canada,
    CH Switzerland, CL Chile, CN China, CO Colombia, CS Serbia and Montenegro, CU Cuba, CZ Czech Republic,
    DE Germany, DK Denmark, EE Estonia, EG Egypt, ES Spain, FI Finland, FR France, GB UK, GE Georgia, GR Greece,
    HK Hong Kong, HR Croatia, HU Hungary, ID Indonesia, IE Ireland, IL Israel, IN India, IR Iran, IS Iceland,
    IT Italy, JM Jamaica, JP Japan, KE Kenya, KR South Korea, KZ Kazakhstan, LT Lithuania, LU Luxembourg, LV Latvia,
    MA Morocco, MT Malta, MX Mexico, MY Malaysia, NG Nigeria, NL Netherlands, NO Norway, NZ New Zealand, PE Peru,
    PH Philippines, PK Pakistan, PL Poland, PT Portugal, RO Romania, RS Serbia, RU Russia, SA Saudi Arabia,
    SE Sweden, SG Singapore, SI Slovenia, SK Slovakia, SU USSR, TH Thailand, TN Tunisia, TR Turkey,
    TT Trinidad & Tobago, TW Taiwan, UA Ukraine, US US, UY Uruguay, VE Venezuela, VN Vietnam, XC Czechoslovakia,
    XE Europe, XG German Democratic Republic (GDR), YU Yugoslavia, ZA South Africa, ZW Zimbabwe
"""
COUNTRIES = dict(entry.split(" ", 1) for entry in " ".join(_TABLE.split()).split(", "))

_MEDIA = {
    "Digital Media": ("File", ()),
    "Download Card": ("File", ()),
    "DVD-Video": ("DVD", ("DVD-Video",)),
    "DVD-Audio": ("DVD", ("DVD-Audio",)),
    "DVD-R": ("DVDr", ()),
    "DVD-R Video": ("DVDr", ("DVD-Video",)),
    "CD-R": ("CDr", ()),
    "8cm CD": ("CD", ("Mini",)),
    "8cm CD-R": ("CDr", ("Mini",)),
    "8cm CD+G": ("CD", ("Mini", "CD+G")),
    "Enhanced CD": ("CD", ("Enhanced",)),
    "Copy Control CD": ("CD", ("Copy Protected",)),
    "HDCD": ("CD", ("HDCD",)),
    "HQCD": ("CD", ("HQCD",)),
    "UHQCD": ("CD", ("UHQCD",)),
    "SHM-CD": ("CD", ("SHM-CD",)),
    "Blu-spec CD": ("CD", ("Blu-spec CD",)),
    "CD+G": ("CD", ("CD+G",)),
    "DTS CD": ("CD", ("DTS",)),
    "Mixed Mode CD": ("CD", ("Mixed Mode",)),
    "Minimax CD": ("CD", ("Minimax",)),
    "VCD": ("CD", ("VCD",)),
    "SVCD": ("CD", ("SVCD",)),
    "SACD (2 channels)": ("SACD", ()),
    "SACD (multichannel)": ("SACD", ("Multichannel",)),
    "SHM-SACD": ("SACD", ("SHM-SACD",)),
    "SHM-SACD (2 channels)": ("SACD", ("SHM-SACD",)),
    "SHM-SACD (multichannel)": ("SACD", ("SHM-SACD", "Multichannel")),
    "Hybrid SACD": ("SACD", ("Hybrid",)),
    "DualDisc": ("Hybrid", ("DualDisc",)),
    "MiniDisc": ("Minidisc", ()),
    "LaserDisc": ("Laserdisc", ()),
    "Reel-to-reel": ("Reel-To-Reel", ()),
    "Phonograph record": ("", ()),  # of whatever material
    "VinylDisc": ("", ()),
    "DVDplus": ("", ()),
    "Data CD": ("", ()),
    "USB Flash Drive": ("Memory Stick", ()),
    "HD-DVD": ("HD DVD", ()),
}
_SIDE = re.compile(r" \((?:CD|DVD|DVD-Audio|DVD-Video|Vinyl|SACD)? ?(?:side|layer)\b[^)]*\)$")
_SIZED = re.compile(r"(\d+(?:\.\d+)?\") (.+)")


def country(code: str | None) -> str:
    """Return Discogs' name of an ISO country code, "" for the whole world, for none and for one not in the table."""
    return COUNTRIES.get(code or "", "")


def medium(name: str | None) -> tuple[str, tuple[str, ...]]:
    """Return Discogs' name of a MusicBrainz format and what it describes besides: `12" Vinyl` is Vinyl, 12".

    A format that both call the same stays as it is; one side or layer of a disc is that disc. ("", ()) when unknown,
    as for a medium that may be one of several things.
    """
    whole = disc(name)
    if not whole or whole in ("Other", "(unknown)"):
        return "", ()
    if sized := _SIZED.fullmatch(whole):
        kind, described = medium(sized[2])
        return kind, (sized[1], *described) if kind else ()
    return _MEDIA.get(whole, (whole, ()))


def disc(name: str | None) -> str:
    """Return what a MusicBrainz format is a side or a layer of, or else the format itself."""
    return _SIDE.sub("", name or "")
