"""Whatever a database, a seller or an operator writes: the description fits, is well formed and says what they said."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.description import earlier, markup
from engine.domain.listing.description.listing_text import MAX_DESCRIPTION, Said, listing_text
from engine.domain.listing.description.preview import problem
from engine.domain.listing.description.template import DEFAULT, PLACEHOLDERS, TEMPLATE_EXAMPLE, html_alone
from engine.domain.listing.description.texts import ListingTexts
from engine.domain.listing.wording import plain

GTIN = "00012345678905"
PIECES = [
    "<b>",
    "</b>",
    "<script>",
    "<li",
    "&amp;",
    "&",
    "{{",
    "}}",
    "{% if %}",
    '"',
    "Ü",
    "\n",
    "\u202e",
    "\x00",
    "日本",
    "- ",
]
TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=12).map("".join)
LONG = TEXT.flatmap(lambda text: st.integers(1, 60).map(lambda times: text * times))
RELEASES = st.builds(
    Release,
    st.just("discogs"),
    st.just("1"),
    LONG,
    LONG,
    released=TEXT,
    country=TEXT,
    label=LONG,
    catalog_number=TEXT,
    formats=st.lists(st.builds(Format, TEXT, st.integers(1, 9)), max_size=3).map(tuple),
    genres=st.lists(TEXT, max_size=4).map(tuple),
    tracks=st.lists(
        st.builds(Track, st.sampled_from(["1", "1-1", "CD2-4", "A1", ""]) | TEXT, LONG, TEXT), max_size=30
    ).map(tuple),
)
TEMPLATES = st.sampled_from(
    [
        "",
        DEFAULT,
        TEMPLATE_EXAMPLE,
        "".join(f"<p>{{{{ {name} }}}}</p>" for name in PLACEHOLDERS if name != "discs"),
        (
            "{% for disc in discs %}<h3>{{ disc.name }}</h3>{% for track in disc.tracks %}<p>{{ track.title }}</p>"
            "{% endfor %}{% endfor %}"
        ),
        "<table><tr><td>{{ artist }}<td>{{ note }}</table><p>" + "word " * 700,
    ]
)


class Tags(HTMLParser):
    """Checks that HTML is nothing but tags that eBay takes, each closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        assert tag in markup.TAGS
        if tag not in ("br", "hr"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


def well_formed(text: str) -> None:
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert tags.opened == []
    assert not re.search(r"&(?!amp;|lt;|gt;|nbsp;)|<[^>]*$", text)


@given(RELEASES, TEMPLATES, LONG, LONG, TEXT)
def test_a_description_is_well_formed_and_no_longer_than_ebay_takes(
    release: Release, template: str, note: str, paragraph: str, own: str
) -> None:
    texts = ListingTexts(own, own, own, own)
    made = listing_text(release, GTIN, Said("Good", ("", own), note, paragraph), texts, template)
    assert 0 < len(made.html) <= MAX_DESCRIPTION
    well_formed(made.html)
    shown = html.unescape(re.sub(r"<[^>]*>", "", made.html)).casefold()
    assert plain(note)[:100].strip().casefold() in shown
    if len(note) < 300:
        assert plain(paragraph)[:100].strip().casefold() in shown


@given(
    st.text()
    | st.lists(st.sampled_from([*PIECES, "{{ title }}", "{% for x in discs %}", "{% endfor %}", "{#", "#}"])).map(
        "".join
    )
)
def test_any_text_can_be_typed_as_a_template_and_is_judged(typed: str) -> None:
    found = problem(typed)
    if not found:
        made = listing_text(Release("discogs", "1", "A", "B"), GTIN, Said(), template=earlier.in_jinja(typed)).html
        well_formed(made)
        html_alone(typed)


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<b>", "</b>", "<ul>", "<li>", "</ul>", "<br>", "<hr>", "some words ", "&amp;"]
        ),
        max_size=40,
    ),
    st.integers(0, 200),
)
def test_what_is_cut_is_well_formed_and_fits(pieces: list[str], room: int) -> None:
    cleaned = markup.cleaned("".join(pieces))
    cut = markup.cut(cleaned, room)
    assert len(cut) <= room or cut == cleaned
    well_formed(cut)
    assert markup.cleaned(cut) == cut


@given(LONG)
def test_plain_words_as_html_say_the_same_words(text: str) -> None:
    well_formed(markup.as_html(text))


def test_what_says_nothing_is_taken_out_until_nothing_is_left() -> None:
    assert (
        markup.cleaned("<p>a <b></b> </p> <ul><li><i> </i><br></li></ul> b <b></b>")
        == "<p>a</p><ul><li><i> </i></li></ul>b"
    )
