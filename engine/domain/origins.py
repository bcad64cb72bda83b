"""Where a barcode was given out: the first digits of a GTIN name the GS1 organisation that did.

They do not say where a record was pressed, so they rank releases and prove nothing.

Source: https://www.gs1.org/standards/id-keys/company-prefix (read 2026-11).
"""

from __future__ import annotations

_TABLE = """
    00-01 US, 03 US, 06-13 US, 30-37 France, 380 Bulgaria, 383 Slovenia, 385 Croatia, 40-44 Germany, 45 Japan,
    460-469 Russia, 471 Taiwan, 474 Estonia, 475 Latvia, 477 Lithuania, 480 Philippines, 481 Belarus, 482 Ukraine,
    489 Hong Kong, 49 Japan, 50 UK, 520-521 Greece, 539 Ireland, 54 Belgium, 560 Portugal, 569 Iceland, 57 Denmark,
    590 Poland, 594 Romania, 599 Hungary, 600-601 South Africa, 64 Finland, 690-699 China, 70 Norway, 729 Israel,
    73 Sweden, 750 Mexico, 76 Switzerland, 779 Argentina, 789-790 Brazil, 80-83 Italy, 84 Spain, 858 Slovakia,
    859 Czech Republic, 860 Serbia, 868-869 Turkey, 87 Netherlands, 880 South Korea, 885 Thailand, 888 Singapore,
    890 India, 899 Indonesia, 90-91 Austria, 93 Australia, 94 New Zealand, 955 Malaysia
"""


def _prefixes() -> dict[str, str]:
    """Return the table as one entry a prefix."""
    countries = {}
    for entry in " ".join(_TABLE.split()).split(", "):
        span, _, country = entry.partition(" ")
        first, _, last = span.partition("-")
        for number in range(int(first), int(last or first) + 1):
            countries[str(number).zfill(len(first))] = country
    return countries


_COUNTRIES = _prefixes()


def origin(gtin: str) -> str:
    """Return the country, in Discogs' words, whose organisation gave out a GTIN-14; "" when it does not tell."""
    ean = gtin[1:]
    if ean.startswith("00000"):
        return ""  # an EAN-8 has prefixes of its own
    return _COUNTRIES.get(ean[:3]) or _COUNTRIES.get(ean[:2], "")
