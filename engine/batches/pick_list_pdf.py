"""The pick list of a batch on paper: a box to tick, the number of copies, and what to take, shelf by shelf.

The fonts of this machine are used: DejaVu or Arial for most alphabets, Droid or Arial Unicode for Chinese, Japanese and
Korean. What none of them has is shown as `?`, which a line at the end says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align
from fpdf.fonts import TTFFont

from engine.domain.batch.pick_list import Pick
from engine.errors import BadRequest

MOST_PICKS = 2_000  # some 50 pages
NO_SHELF = "No shelf given"
_LATIN_1 = 256  # letters of the built-in font
_FONTS = (  # the first is the text's own, the others fill its gaps; each where it is installed
    (
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/System/Library/Fonts/Supplemental/Arial.ttf",
    ),
    (
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    ),
)
_COLUMNS = (  # name, width in millimetres, and where its text stands
    ("", 7, Align.L),
    ("Copies", 13, Align.R),
    ("Your number", 39, Align.L),
    ("What", 92, Align.L),
    ("Barcode", 31, Align.L),
    ("Row", 13, Align.R),
)
_LINE = 6  # millimetres
_GREY, _PALE = 110, 225


class _Paper(FPDF):
    """Pages with their numbers; letters that no font has are counted as `missing`."""

    def __init__(self, title: str) -> None:
        super().__init__(format="letter")
        self.set_margins(10, 12, 10)
        self.set_auto_page_break(auto=True, margin=18)
        self.missing = 0
        self._families = self._load()
        self._known: dict[str, int | None] = {}
        self.heading = title
        self.set_title(title)

    def _load(self) -> list[str]:
        """Make the fonts of this machine known; return their names."""
        found = (next((path for path in paths if Path(path).is_file()), None) for paths in _FONTS)
        names: list[str] = []
        for path in filter(None, found):
            names.append(f"font{len(names)}")
            self.add_font(names[-1], fname=path)
        return names

    def text_cell(self, width: float, height: float, text: str, size: float = 9, align: Align = Align.L) -> None:
        """Draw one line of text, cut where it is too long, in the first font that has all its letters."""
        whole = unicodedata.normalize("NFC", text)
        kinds = {font for letter in whole if (font := self._font(letter)) is not None}
        first = max(kinds, default=0)
        self.set_font(self._families[first] if self._families else "helvetica", size=size)
        drawn = "".join(letter if self._drawn(letter, first) else "?" for letter in whole)
        self.missing += sum(one != other for one, other in zip(drawn, whole, strict=True))
        self.cell(width, height, self._cut(drawn, width - 2), align=align)

    def _drawn(self, letter: str, family: int) -> bool:
        if not self._families:
            return ord(letter) < _LATIN_1
        font = self.fonts[self._families[family]]
        return isinstance(font, TTFFont) and ord(letter) in font.cmap

    def _font(self, letter: str) -> int | None:
        """Return the first font that has a letter, None when none has."""
        if letter not in self._known:
            places = range(max(1, len(self._families)))
            self._known[letter] = next((place for place in places if self._drawn(letter, place)), None)
        return self._known[letter]

    def _cut(self, text: str, width: float) -> str:
        if not width or self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}...") > width:
            text = text[:-1]
        return f"{text.rstrip()}..."

    def footer(self) -> None:
        """Draw the number of the page."""
        self.set_y(-12)
        self.set_text_color(_GREY)
        self.text_cell(150, 5, self.heading, 8)
        self.text_cell(45, 5, f"page {self.page_no()}", 8, Align.R)
        self.set_text_color(0)


def pdf(picks: Sequence[Pick], title: str) -> bytes:
    """Return the picks, which are in their order, as a PDF.

    Raises:
        BadRequest: there are too many of them for paper.
    """
    if len(picks) > MOST_PICKS:
        most, count = f"{MOST_PICKS:,}", f"{len(picks):,}"
        raise BadRequest(f"The pick list has {count} lines, and a PDF holds up to {most}: take pick-list.csv")
    paper = _Paper(title)
    paper.add_page()
    _head(paper, picks)
    for location, group in groupby(picks, key=lambda one: one.location):
        _shelf(paper, location, list(group))
    if paper.missing:
        paper.ln(4)
        said = "Letters for which this machine has no font are shown as ?; pick-list.csv has them all."
        paper.text_cell(195, 5, said, 8)
    return bytes(paper.output())


def _head(paper: _Paper, picks: Sequence[Pick]) -> None:
    paper.text_cell(195, 8, paper.heading, 15)
    paper.ln()
    paper.set_text_color(_GREY)
    copies, shelves = sum(one.quantity for one in picks), len({one.location for one in picks})
    paper.text_cell(195, 6, f"Pick list, shelf by shelf. Copies: {copies:,}. Shelves: {shelves:,}.")
    paper.set_text_color(0)
    paper.ln()


def _shelf(paper: _Paper, location: str, picks: Sequence[Pick]) -> None:
    """Draw one shelf: its name and copies, and a line for each of its rows."""
    if paper.will_page_break(5 * _LINE):
        paper.add_page()
    paper.ln(3)
    copies = sum(one.quantity for one in picks)
    paper.text_cell(195, 7, f"{location or NO_SHELF} ({copies:,})", 12)
    paper.ln()
    _names(paper)
    for one in picks:
        if paper.will_page_break(_LINE):
            paper.add_page()
            _names(paper)
        paper.rect(paper.get_x() + 1, paper.get_y() + 1.4, 3.2, 3.2)
        _line(paper, _cells(one))


def _names(paper: _Paper) -> None:
    paper.set_text_color(_GREY)
    _line(paper, [name for name, _, _ in _COLUMNS])
    paper.set_text_color(0)


def _line(paper: _Paper, cells: Sequence[str]) -> None:
    for text, (_, width, align) in zip(cells, _COLUMNS, strict=True):
        paper.text_cell(width, _LINE, text, align=align)
    paper.ln(_LINE)
    paper.set_draw_color(_PALE)
    paper.line(10, paper.get_y(), 10 + sum(width for _, width, _ in _COLUMNS), paper.get_y())
    paper.set_draw_color(0)


def _cells(one: Pick) -> tuple[str, ...]:
    what = " - ".join(filter(None, (one.artist, one.title)))
    about = f"{what} ({one.format})" if one.format else what
    return "", str(one.quantity), one.seller_sku, about, one.upc, str(one.line)
