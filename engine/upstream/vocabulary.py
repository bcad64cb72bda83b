"""MusicBrainz' codes and formats in Discogs' words, so that two descriptions of one release can be compared."""

from __future__ import annotations

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
    "CD-R": ("CDr", ()),
    "8cm CD": ("CD", ("Mini",)),
    "Enhanced CD": ("CD", ("Enhanced",)),
    "Copy Commands CD": ("CD", ("Copy Protected",)),
    "HDCD": ("CD", ("HDCD",)),
    "SHM-CD": ("CD", ("SHM-CD",)),
    "Blu-spec CD": ("CD", ("Blu-spec CD",)),
    "Hybrid SACD": ("SACD", ("Hybrid",)),
    "MiniDisc": ("Minidisc", ()),
    "USB Flash Drive": ("Memory Stick", ()),
    "HD-DVD": ("HD DVD", ()),
}


def country(code: str | None) -> str:
    """Return Discogs' name of an ISO country code, "" for the whole world, for none and for one not in the table."""
    return COUNTRIES.get(code or "", "")


def medium(name: str | None) -> tuple[str, tuple[str, ...]]:
    """Return Discogs' name of a MusicBrainz format and what it describes besides: `12" Vinyl` is Vinyl, 12".

    A format that both call the same stays as it is; ("", ()) when unknown.
    """
    if not name or name in ("Other", "(unknown)"):
        return "", ()
    if name in _MEDIA:
        return _MEDIA[name]
    size, _, kind = name.rpartition(" ")
    return (kind, (size,)) if kind == "Vinyl" and size else (name, ())
