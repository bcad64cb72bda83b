"""Where a barcode was issued: the first digits of a GTIN name the GS1 organisation that issued it.

They do not say where a record was pressed, so they rank releases and prove nothing.

Source: the table of https://www.gs1.org/standards/id-keys/company-prefix, as `biip` holds it (read 2026-11).
"""

from __future__ import annotations

from biip.gs1_prefixes import GS1Prefix

_ORGANISATION = "GS1 "
_IN_DISCOGS_WORDS = {
    "Association Greece": "Greece",
    "BIH (Bosnia-Herzegovina)": "Bosnia & Herzegovina",
    "Belgium & Luxembourg": "Belgium",
    "Brasil": "Brazil",
    "Chinese Taipei": "Taiwan",
    "Czech": "Czech Republic",
    "Côte d'Ivoire": "Ivory Coast",
    "Emirates": "United Arab Emirates",
    "Hong Kong, China": "Hong Kong",
    "Kazakstan": "Kazakhstan",
    "Macau, China": "Macau",
    "Republica Dominicana": "Dominican Republic",
    "Slovenija": "Slovenia",
    "Türkiye": "Turkey",
}
_NO_COUNTRY = ("GS1 Global", "GS1 coupon", "GS1 US reserved", "GS1 UK - GTIN-8")


def issuing_country(gtin: str) -> str:
    """Return the country, in Discogs' words, whose organisation issued a GTIN-14.

    "" when the number does not tell: for an EAN-8, a number of a shop's own, a coupon, a book.
    """
    prefix = GS1Prefix.extract(gtin[1:])
    if prefix is None or not prefix.usage.startswith(_ORGANISATION) or prefix.usage.startswith(_NO_COUNTRY):
        return ""
    name = prefix.usage.removeprefix(_ORGANISATION)
    return _IN_DISCOGS_WORDS.get(name, name)
