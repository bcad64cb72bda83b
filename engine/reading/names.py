"""What the header of a column says: a barcode, something beside it, or something that is no barcode. In any language.

A name is compared in small letters, without accents, its words parted by single blanks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from engine.domain.batch.layout import Role
from engine.domain.folding import folded

LONGEST = 100  # characters of a name
_WORD = re.compile(r"[^\W_\d]+|\d+")
WORDS = frozenset({Role.ARTIST, Role.TITLE, Role.LABEL, Role.COUNTRY})  # a barcode in one of them is out of its place

_BARCODE = re.compile(r"(?:upc|ean|gtin|jan|barcode|strichcode|streepjescode|jancode)s?[ae]?")
_PHRASES = ("bar code", "code barre", "codigo de barra", "codice a barre", "product code", "item code")
_BARCODE_PHRASES = (*_PHRASES, folded("バーコード"), folded("janコード"))
_LIKELIEST = ("upc", "barcode", "ean", "gtin", "jan")
_NOT_THE_CODE = {  # a barcode's name with one of these is about the barcode
    "image", "picture", "photo", "label", "type", "format", "symbology", "url", "link", "count", "status", "date",
    "price", "printed", "checked", "missing", "note", "notes", "has", "exemption", "exempt", "title", "name",
}  # fmt: skip
_MOST_WORDS = 6
_EITHER = {"product id", "external product id", "standard product id"}  # a marketplace's barcodes, or a shop's numbers

_NAMES: Mapping[Role, set[str]] = {
    Role.CONDITION: {
        "condition", "cond", "grade", "grading", "item condition", "media condition", "condition name", "condition id",
        "collection media condition", "record grading", "media grade", "disc condition", "zustand", "etat", "estado",
        "condizione", "condizioni", "conditie", "staat", "コンディション", "状態",
    },
    Role.SLEEVE: {
        "sleeve", "sleeve condition", "sleeve grade", "sleeve grading", "cover condition", "cover grade",
        "cover grading", "jacket condition", "jacket grade", "collection sleeve condition", "media sleeve condition",
        "hulle", "hullenzustand", "zustand hulle", "zustand cover", "cover zustand", "etat pochette",
        "etat de la pochette", "estado de la funda", "estado funda", "condizione copertina", "condizioni copertina",
        "staat hoes", "hoes", "ジャケット状態",
    },
    Role.EBAY_CONDITION: {"ebay condition"},
    Role.PRICE: {
        "price", "price usd", "usd", "usd price", "price in usd", "list price", "start price", "asking price",
        "sale price", "selling price", "my price", "our price", "item price", "unit price", "variant price",
        "buy it now price", "preis", "verkaufspreis", "prix", "prix de vente", "precio", "precio de venta", "prezzo",
        "prijs", "verkoopprijs", "価格", "値段",
    },
    Role.QUANTITY: {
        "quantity", "qty", "count", "copies", "stock", "in stock", "quantity available", "qty available", "on hand",
        "available quantity", "available", "variant inventory qty", "anzahl", "menge", "bestand", "stuckzahl",
        "quantite", "stock disponible", "cantidad", "existencias", "quantita", "aantal", "voorraad", "数量", "在庫",
    },
    Role.NOTE: {
        "note", "notes", "comment", "comments", "remark", "remarks", "condition note", "condition notes",
        "condition description", "my notes", "seller notes", "collection notes", "notiz", "notizen", "bemerkung",
        "bemerkungen", "kommentar", "anmerkung", "remarque", "remarques", "commentaire", "commentaires", "nota",
        "notas", "comentario", "comentarios", "commento", "commenti", "opmerking", "opmerkingen", "備考", "コメント",
    },
    Role.PHOTOS: {
        "photo", "photos", "image", "images", "picture", "pictures", "pic", "pics", "foto", "fotos", "bild", "bilder",
        "photo link", "photo links", "image link", "image links", "my photos", "own photos", "picurl", "pic url",
        "image src", "images src", "imagen", "imagenes", "immagine", "immagini", "afbeelding", "afbeeldingen", "画像",
        *(f"{word} {part}" for word in ("photo", "image", "picture", "item photo") for part in ("url", "urls")),
    },
    Role.SKU: {
        "sku", "my sku", "seller sku", "item sku", "variant sku", "custom label", "custom label sku", "custom sku",
        "stock number", "stock no", "inventory number", "inventory no", "my number", "own number", "artikelnummer",
        "lagernummer", "reference", "ref", "referencia", "riferimento", "codice articolo", "artikelnr", "商品番号",
    },
    Role.LOCATION: {
        "location", "shelf", "shelf location", "storage location", "storage", "bin", "bin location", "box", "crate",
        "item location shelf", "lagerort", "lagerplatz", "regal", "fach", "kiste", "emplacement", "etagere", "rayon",
        "ubicacion", "estante", "estanteria", "posizione", "scaffale", "locatie", "plank", "kast", "棚", "保管場所",
    },
    Role.DISCOGS_ID: {
        "release id", "discogs release id", "discogs id", "discogs release", "discogs number", "discogs no",
        "discogs release number",
    },
    Role.CATALOG_NUMBER: {
        "catalog number", "catalogue number", "catalog no", "catalogue no", "catalog", "catalogue", "cat", "cat no",
        "catno", "cat nr", "cat number", "catalog nr", "label number", "label no", "katalognummer", "katalog nr",
        "katalognr", "numero de catalogue", "no catalogue", "numero de catalogo", "numero catalogo",
        "numero di catalogo", "catalogusnummer", "カタログ番号", "品番", "規格品番",
    },
    Role.ARTIST: {
        "artist", "artists", "artist name", "album artist", "band", "performer", "performers", "interpret", "kunstler",
        "artiste", "artistes", "interprete", "artista", "artiest", "アーティスト", "歌手",
    },
    Role.TITLE: {
        "title", "album", "album title", "release title", "titel", "albumtitel", "titre", "titre de l album", "titulo",
        "titolo", "タイトル", "アルバム",
    },
    Role.LABEL: {
        "label", "labels", "record label", "plattenlabel", "plattenfirma", "maison de disques", "sello",
        "sello discografico", "etichetta", "casa discografica", "platenlabel", "レーベル",
    },
    Role.COUNTRY: {
        "country", "release country", "country of release", "pressing country", "land", "erscheinungsland", "pays",
        "pais", "paese", "国",
    },
    Role.YEAR: {
        "year", "release year", "released", "year released", "year of release", "release date", "jahr",
        "erscheinungsjahr", "annee", "ano", "anno", "jaar", "発売年", "発売日", "年",
    },
}  # fmt: skip
_ROLE_OF = {folded(name): role for role, names in _NAMES.items() for name in names}

_SOMETHING_ELSE = re.compile(
    r"\b(?:id|ids|number|no|nr|nummer|sku|asin|isbn|release|master|catalog|catalogue|cat|catno|phone|telephone|tel|mobile|"
    r"fax|date|time|start|end|listed|added|created|updated|year|price|cost|value|rank|weight|size|length|zip|plz|"
    r"postcode|order|invoice|customer|rating|tracks|discs|track|index|row|line|user|folder|location|shelf)\b"
)


@lru_cache(maxsize=2048)
def plain(cell: str) -> str:
    """Return a name in small letters without accents, with single spaces for everything else."""
    return " ".join(_WORD.findall(folded(cell[:LONGEST])))


@lru_cache(maxsize=2048)
def is_barcode(cell: str) -> bool:
    """Return whether a header names a column of barcodes."""
    name = plain(cell)
    words = name.split()
    if not words or len(words) > _MOST_WORDS or _NOT_THE_CODE.intersection(words):
        return False
    return any(map(_BARCODE.fullmatch, words)) or any(phrase in name for phrase in _BARCODE_PHRASES)


def rank(cell: str) -> int:
    """Return the place of a barcode's name among the likely ones, 0 for the likeliest; one for books too comes last."""
    name = plain(cell).replace("bar code", "barcode")
    if "isbn" in name:
        return len(_LIKELIEST)
    return next((rank for rank, word in enumerate(_LIKELIEST) if word in name), len(_LIKELIEST))


def role(cell: str) -> Role | None:
    """Return what a header says that its column is for, None for anything else; `Image 3` is one of the photos."""
    name = plain(cell)
    found = _ROLE_OF.get(name)
    if found is None and (bare := name.rstrip("0123456789 ")) != name and _ROLE_OF.get(bare) is Role.PHOTOS:
        return Role.PHOTOS
    return found


@lru_cache(maxsize=2048)
def is_something_else(cell: str) -> bool:
    """Return whether a header names numbers that are no barcodes, though one in ten passes for one."""
    if plain(cell) in _EITHER:
        return False
    return not is_barcode(cell) and (role(cell) is not None or bool(_SOMETHING_ELSE.search(plain(cell))))


def is_unread(cell: str) -> bool:
    """Return whether no barcode is looked for below a header that names something else."""
    return is_something_else(cell) and role(cell) not in WORDS
