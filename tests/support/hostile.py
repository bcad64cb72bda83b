"""What databases and operators may say at worst: HTML, emoji, long names, other scripts, control characters."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.composition import Copy

UPC, EAN = "00093624755524", "07961220922684"

NASTY = [
    "<script>alert(1)</script>",
    "&" * 500,
    "🎧" * 500,
    "\u202eevil",
    "a\x00b\nc",
    "שלום עולם",
    "x" * 500,
    "'\"<>",
    '=HYPERLINK("https://example.com")',
    "+/- {plus/minus}",
    "@SUM(A1)",
    "-" * 90,
    "one\r\ntwo\u2028three",
    " ",
    "",
]
text = st.one_of(st.sampled_from(NASTY), st.text(max_size=120))
names = st.one_of(text, st.sampled_from(["CD", "Vinyl", "Box Set", "File"]))
words = st.lists(st.one_of(text, st.sampled_from(["LP", '12"', "Album", "45 RPM"])), max_size=4).map(tuple)
hostile = st.builds(
    Release,
    source=st.just("discogs"),
    id=text,
    artist=text,
    title=text,
    released=st.sampled_from(["", "1999", "1999-07-13"]),
    country=text,
    label=text,
    catalog_number=text,
    formats=st.lists(st.builds(Format, names, st.integers(1, 99), words), max_size=3).map(tuple),
    genres=words,
    styles=words,
    tracks=st.lists(st.builds(Track, text, text, text), max_size=60).map(tuple),
)
copies = st.builds(
    Copy,
    sku=st.just("DM1"),
    gtin=st.sampled_from([UPC, EAN]),
    condition=st.sampled_from([None, *Condition]),
    quantity=st.integers(1, 99),
    note=text,
    photos=st.lists(st.just("https://a/own.jpg"), max_size=30).map(tuple),
)
MARKERS = [
    "![x](http://127.0.0.1:9/p.png)",
    "<img src=http://127.0.0.1:9/i.png>",
    "[a](http://127.0.0.1:9/a)",
    ":material/delete:",
    ":material_delete:",
    ":streamlit:",
    ":tada: :100:",
    r"$\LaTeX$",
    ":red[x]",
    "**bold** `code` ~~gone~~",
    "&lt;b&gt;",
    "# one\n===\n- two\n    three",
    "-- -> <= ~= --",
    "www.example.com https://example.com a@example.com",
]


def as_shown(written: str) -> str:
    """Return what a reader sees of Markdown that `plain` wrote."""
    return re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", written.replace(":small[]", ""))
