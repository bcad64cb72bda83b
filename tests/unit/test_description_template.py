"""The seller's template: facts in, nothing invented, nothing that eBay does not take, and nothing that runs away."""

from __future__ import annotations

import re
import time

import pytest
from jinja2.exceptions import SecurityError

from engine.codec import replace
from engine.domain.batch.grades import Grade, Grading
from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Release, Track
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.description import preview, template
from engine.domain.listing.description.listing_text import MAX_DESCRIPTION, NOTHING_SAID, Said, listing_text
from engine.domain.listing.description.preview import SAMPLES, previews, problem
from engine.domain.listing.description.template import DEFAULT, MAX_TEMPLATE, PLACEHOLDERS, TEMPLATE_EXAMPLE, compiled
from engine.domain.listing.description.texts import NO_TEXTS, ListingTexts
from engine.domain.listing.pricing import Price
from engine.domain.listing.readiness import DraftNeed
from engine.domain.listing.seller_terms import SellingTerms
from engine.errors import TemplateUnusable

PRICE = Price(999, "file", "The price stands in the file.")
CD, SAID = SAMPLES[0].release, SAMPLES[0].said
GTIN = "00012345678905"
BARE = Release("discogs", "1", "Somebody", "Something")
NAMED = {
    "artist": "The Sample Quartet",
    "title": "Songs &amp; Other Examples",
    "format": "CD",
    "label": "Specimen",
    "catalog_number": "SP 1001",
    "released": "1997",
    "country": "US",
    "genre": "Jazz, Modal",
    "barcode": "012345678905",
    "condition": "Very Good",
    "grade": "Very Good Plus (VG+)",
    "sleeve": "Very Good (VG)",
    "note": "Small mark on the booklet.",
    "paragraph": "A word of yours.",
    "facts": "<ul><li>Format: CD, Album</li><li>Label: Specimen</li><li>Catalogue number: SP 1001</li>"
    "<li>Released: 1997</li><li>Country: US</li><li>Genre: Jazz, Modal</li><li>Barcode: 012345678905</li></ul>",
    "tracks": "<p>Tracks</p><ul><li>1 First Song 4:45</li><li>2 Second Song 3:10</li></ul>",
    "header": "<p>Head</p>",
    "footer": "<p>Foot</p>",
    "grading_text": "<p>Graded</p>",
    "shipping_text": "<p>Sent</p>",
}
TEXTS = ListingTexts("Head", "Foot", "Graded", "Sent")


def made(text: str, release: Release = CD, said: Said = NOTHING_SAID, texts: ListingTexts = NO_TEXTS) -> str:
    """Return what a template that can be used makes."""
    found = listing_text(release, GTIN, said, texts, text)
    assert found.problem == ""
    return found.html


@pytest.mark.parametrize("name", NAMED)
def test_every_placeholder_stands_for_what_is_known(name: str) -> None:
    told = replace_said(
        note=SAID.note if name == "note" else "", paragraph=SAID.paragraph if name == "paragraph" else ""
    )
    assert made(f"<div>{{{{ {name} }}}}</div>", said=told, texts=TEXTS) == f"<div>{NAMED[name]}</div>"


def replace_said(note: str, paragraph: str) -> Said:
    return Said(SAID.condition, SAID.grades, note, paragraph)


def test_every_placeholder_that_is_named_to_the_seller_is_tested() -> None:
    assert set(PLACEHOLDERS) == set(NAMED) | {"discs", "more_tracks"}


def test_discs_are_gone_through_with_their_tracks() -> None:
    text = (
        "{% for disc in discs %}<h3>{{ disc.name }}</h3><ol>{% for track in disc.tracks %}"
        "<li>{{ loop.index }}/{{ loop.length }} {{ track.position }} {{ track.title }} {{ track.duration }}</li>"
        "{% endfor %}</ol>{% endfor %}"
    )
    release = replace(CD, tracks=(Track("CD1-1", "One", "1:00"), Track("CD2-1", "Two"), Track("CD2-2", "<Three>")))
    assert made(text, release) == (
        "<h3>CD 1</h3><ol><li>1/1 1 One 1:00</li></ol>"
        "<h3>CD 2</h3><ol><li>1/2 1 Two</li><li>2/2 2 &lt;Three&gt;</li></ol>"
    )


def test_tracks_that_there_is_no_room_for_are_counted_in_every_kind_of_template() -> None:
    release = replace(CD, tracks=tuple(Track(f"1-{number}", "A song & another " * 4) for number in range(1, 201)))
    for_tracks = "{% for disc in discs %}{% for track in disc.tracks %}<p>{{ track.title }}</p>{% endfor %}{% endfor %}"
    for text, counted in (
        ("", r"<li>and (\d+) more</li></ul>"),
        ("{{ tracks }}<p>The end</p>", r"<li>and (\d+) more</li></ul><p>The end</p>"),
        (for_tracks, r"<p>and (\d+) more tracks</p>"),
        (for_tracks + "{% if more_tracks %}<p>{{ more_tracks }} not shown</p>{% endif %}", r"<p>(\d+) not shown</p>"),
    ):
        shown = made(text, release)
        left = re.search(counted + "$", shown)
        assert left
        assert shown.count("A song &amp; another A song &amp; another A song") + int(left[1]) == 200
        assert 3_850 < len(shown) <= MAX_DESCRIPTION


def test_what_nobody_knows_is_not_claimed_where_a_condition_asks_for_it() -> None:
    text = (
        "{% if country %}<p>Made for {{ country }}</p>{% endif %}<ul>{% if label %}<li>{{ label }}</li>{% endif %}</ul>"
    )
    assert made(text) == "<p>Made for US</p><ul><li>Specimen</li></ul>"
    assert made(f"<p>{{{{ artist }}}}</p>{text}", BARE) == "<p>Somebody</p>"
    assert made("<p>{{ note or 'No note.' }}</p>") == "<p>No note.</p>"


@pytest.mark.parametrize("text", ["", DEFAULT, TEMPLATE_EXAMPLE], ids=["none", "our own", "the example"])
@pytest.mark.parametrize("release", [BARE, Release("discogs", "1", "", "")], ids=["names", "nothing"])
def test_of_a_release_that_nobody_knows_only_what_is_known_is_said(text: str, release: Release) -> None:
    shown = listing_text(release, GTIN, NOTHING_SAID, NO_TEXTS, text).html
    for word in ("Condition", "Label", "Country", "Made for", "Released", "Genre", "Format", "Tracks", "None"):
        assert word not in shown
    assert "Somebody" in shown or "012345678905" in shown


def test_without_a_template_header_facts_tracks_and_the_sellers_words_follow_each_other() -> None:
    shown = made("", said=Said(note="A note.", paragraph="A paragraph."), texts=TEXTS)
    assert shown == (
        "<p>Head</p><h2>The Sample Quartet - Songs &amp; Other Examples</h2>"
        + NAMED["facts"]
        + NAMED["tracks"]
        + "<p>A note.</p>"
        "<p>A paragraph.</p><p>Graded</p><p>Sent</p><p>Foot</p>"
    )


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "</p><a href='x'>",
    "{{ barcode }}",
    "{% raw %}",
    "{# x",
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("text", ["", "{{ artist }}{{ title }}{{ label }}{{ note }}{{ facts }}{{ tracks }}{{ grade }}"])
def test_what_is_known_or_said_is_neither_html_nor_evaluated(hostile: str, text: str) -> None:
    release = replace(
        CD, artist=hostile, title=hostile, label=hostile, country=hostile, tracks=(Track(hostile, hostile),)
    )
    shown = made(text, release, Said("", (hostile, hostile), hostile, hostile))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<a" not in shown
    if hostile.startswith("{"):
        assert hostile in shown


BOMBS = {
    "the classes of a text": ("{{ ''.__class__.__mro__ }}", "there is no .__mro__"),
    "the globals of a helper": ("{{ cycler.__init__.__globals__ }}", "there is no .__globals__"),
    "a long range": ("{% for i in range(10**9) %}x{% endfor %}", "a loop goes through discs"),
    "a long text": ("{{ 'a' * 10**9 }}", "mul of Jinja cannot be used here"),
    "a great number": ("{{ 9**9**9 }}", "pow of Jinja cannot be used here"),
    "a wide format": ("{{ '%999999999d' % 1 }}", "mod of Jinja cannot be used here"),
    "a macro that calls itself": ("{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}", "{% macro %} cannot be used here"),
    "texts that double": ("{% set a = title ~ title %}", "{% set %} cannot be used here"),
    "another template": ("{% include 'x' %}", "{% include %} cannot be used here"),
    "an import": ("{% import 'os' as os %}", "{% import %} cannot be used here"),
    "a parent": ("{% extends 'x' %}", "{% extends %} cannot be used here"),
    "a block": ("{% block x %}{% endblock %}", "{% block %} cannot be used here"),
    "a call": ("{{ title.format(1) }}", "a call with ( ) cannot be used here"),
    "a subscript": ("{{ title['__class__'] }}", "[ ] cannot be used here"),
    "no escaping": (
        "<p>\n{% autoescape false %}{{ title }}{% endautoescape %}",
        "Line 2 of the template: scope of Jinja cannot",
    ),
    "unescaped words": ("{{ title|safe }}", "there is no filter safe"),
    "an attribute by filter": ("{{ title|attr('__class__') }}", "there is no filter attr"),
    "words that grow": ("{{ title|replace('a', title) }}", "there is no filter replace"),
    "a wide line": ("{{ title|center(999999999) }}", "there is no filter center"),
    "a test of its own": ("{% if title is divisibleby 0 %}{% endif %}", "there is no test divisibleby"),
    "filler": ("{{ lipsum }}", "there is no placeholder {{ lipsum }}"),
    "our own counter": ("{{ _counted }}", "there is no placeholder {{ _counted }}"),
    "itself": ("{{ self }}", "there is no placeholder {{ self }}"),
    "a loop that calls itself": ("{% for d in discs recursive %}{% endfor %}", "none calls itself"),
    "loops within loops": (
        "".join(f"{{% for d{number} in discs %}}" for number in range(4)) + "{% endfor %}" * 4,
        "at most 3 loops stand within each other",
    ),
    "a loop over a list of its own": ("{% for a in [title, title] %}{% endfor %}", "a loop goes through discs"),
    "a loop that takes a name": ("{% for title in discs %}{% endfor %}", "a loop has one name of its own"),
    "parentheses without end": ("{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}", "nested too deeply"),
    "a long chain of not": ("{{ " + "not " * 100 + "1 }}", "nested too deeply"),
    "conditions without end": ("{% if 1 %}" * 200 + "{% endif %}" * 200, "nested too deeply"),
    "a number of many digits": ("{{ " + "9" * 5_000 + " }}", "cannot be read"),
    "a comparison of unlike things": ("{{ title < 3 }}", "cannot be filled"),
    "too much of it": ("x" * (MAX_TEMPLATE + 1), "the most is 8,000"),
    "a condition without end": ("<p>\n{% if title %}", "Line 2 of the template"),
    "an unknown placeholder": ("a\nb {{ price }}", "Line 2 of the template: there is no placeholder {{ price }}"),
    "an unknown tag of Jinja": ("{% debug %}", "Line 1 of the template"),
    "a placeholder of the language before": ("a\n# {artist}", "Line 2 of the template: a placeholder has two braces"),
}


@pytest.mark.parametrize(("text", "said"), BOMBS.values(), ids=BOMBS)
def test_a_template_that_does_more_than_show_facts_is_refused_with_its_line_and_at_once(text: str, said: str) -> None:
    begun = time.perf_counter()
    assert said in problem(text)
    assert time.perf_counter() - begun < 2


UNUSABLE = BOMBS.keys() - {"too much of it", "a placeholder of the language before"}


@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_a_stored_template_that_cannot_be_used_leaves_our_own_text_and_a_to_do(name: str) -> None:
    terms = SellingTerms(description=BOMBS[name][0], texts=TEXTS)
    draft = compose(Copy("DM1", GTIN, note="Small tear"), CD, PRICE, terms=terms)
    assert draft.description == compose(Copy("DM1", GTIN, note="Small tear"), CD, PRICE, terms=TERMS).description
    assert DraftNeed.DESCRIPTION in draft.needs
    remedy = "This draft has Draft Maker's own text: correct the template on Seller settings."
    assert draft.not_publishable[-1].endswith(remedy)


TERMS = SellingTerms(texts=TEXTS)


def test_arithmetic_is_refused_by_the_sandbox_too() -> None:
    with pytest.raises(SecurityError):
        template._sandbox.from_string("{{ 'a' * n }}").render(n=10**9)
    assert template._sandbox.globals == {}


MANY = replace(CD, tracks=tuple(Track(str(number), "Song & song") for number in range(1, 2_001)))


def test_loops_that_take_too_long_or_make_too_much_end() -> None:
    turns = "{% for a in discs %}{% for b in a.tracks %}{% for c in a.tracks %}{% if c == b %}{% endif %}{% endfor %}"
    text = "{{ title }}" + turns + "{% endfor %}{% endfor %}"
    assert problem(text) == ""
    begun = time.perf_counter()
    found = listing_text(MANY, GTIN, NOTHING_SAID, NO_TEXTS, text)
    assert "its loops take too long" in found.problem
    assert found.own
    much = "{% for c in artist %}" + "{{ tracks }}" * 150 + "{% endfor %}"
    assert "it makes too much text" in listing_text(MANY, GTIN, NOTHING_SAID, NO_TEXTS, much).problem
    assert time.perf_counter() - begun < 5


TAGS = {
    "a script": ("<p>\n<script>x</script>", "Line 2 of the template: <script> is active content"),
    "a script in raw": ("{% raw %}<script>{% endraw %}", "<script> is active content"),
    "a script in pieces": ("<scr{# x #}ipt>", "<script> is active content"),
    "a frame": ("{#\n\n#}\n<IFRAME src='x'>", "Line 4 of the template: <iframe> is active content"),
    "a frame behind a trimmed line": ("{% if title -%}\n\n\n<iframe>{% endif %}", "Line 4 of the template: <iframe>"),
    "a form": ("<form action='x'>", "<form> is active content"),
    "a handler": ("<p onclick=x>", "onclick on <p> is active content"),
    "a style": ("<p style='x'>", "style on <p> cannot be used here"),
    "a picture": ("<img src='https://x.example/a.jpg'>", "pictures belong to the photos"),
    "a strange tag": ("<blink>", "the tag <blink> cannot be used here"),
    "a link elsewhere": ("<a href='https://shop.example'>", "a link may lead to a page of https://www.ebay.com alone"),
    "a link that looks like eBay": ("<a href='https://ebay.com@shop.example'>", "a link may lead to a page"),
    "a link without https": ("<a href='http://www.ebay.com'>", "a link may lead to a page"),
    "a link that is a script": ("<a href='javascript:alert(1)'>", "a link may lead to a page"),
    "a tag without its end": ("<p><b", "the tag <b has no > at its end"),
}


@pytest.mark.parametrize(("text", "said"), TAGS.values(), ids=TAGS)
def test_what_ebay_does_not_take_is_refused_with_its_tag_and_line(text: str, said: str) -> None:
    assert said in problem(text)
    if "{" not in text:
        assert said.replace("template", "header") in problem("", ListingTexts(header=text))


@pytest.mark.parametrize(("text", "said"), TAGS.values(), ids=TAGS)
def test_what_ebay_does_not_take_is_cleaned_out_of_what_is_stored_already(text: str, said: str) -> None:
    shown = listing_text(CD, GTIN, NOTHING_SAID, ListingTexts(header=text), text).html.lower()
    assert not any(
        word in shown for word in ("<script", "<iframe", "<form", "onclick", "style=", "javascript:", "http:")
    )
    assert "shop.example" not in shown


def test_simple_html_stays_and_a_link_to_ebay_opens_a_window_of_its_own() -> None:
    text = (
        "<table border='0'><tr><td colspan='2' align=center><b>Hi</b> <em>you</em></td></tr></table><hr>"
        '<a href="https://www.ebay.com/str/me">My shop</a>'
    )
    assert problem(text.replace(" border='0'", "")) == ""
    assert made(text) == (
        '<table><tbody><tr><td colspan="2" align="center"><b>Hi</b> <em>you</em></td></tr></tbody></table><hr>'
        '<a href="https://www.ebay.com/str/me" target="_blank" rel="noopener noreferrer">My shop</a>'
    )


def test_a_note_that_the_template_has_no_place_for_comes_first() -> None:
    said = Said(note="Small tear", paragraph="Two CDs")
    assert made("<p>CD: {{ artist }}</p>", BARE, Said(note="CD")) == "<p>CD</p><p>CD: Somebody</p>"
    assert made("<p>{{ artist }}</p>", BARE, said) == "<p>Small tear</p><p>Two CDs</p><p>Somebody</p>"
    assert (
        made("{% if label %}{{ note }}{% endif %}<p>{{ paragraph }}</p>", BARE, said)
        == "<p>Small tear</p><p>Two CDs</p>"
    )


def test_a_note_that_stands_beside_the_condition_is_repeated_only_where_the_template_says_so() -> None:
    terms = SellingTerms(description="<p>{{ condition }}</p><p>{{ note }}</p><p>{{ artist }}</p>")
    graded = Copy("DM1", GTIN, Condition.USED_GOOD, note="Small tear")
    assert (
        compose(graded, CD, PRICE, terms=terms).description == "<p>Good</p><p>Small tear</p><p>The Sample Quartet</p>"
    )
    assert "Small tear" not in compose(graded, CD, PRICE).description
    bare = Copy("DM1", GTIN, note="Small tear", own=Grading(Grade.VERY_GOOD))
    assert compose(bare, CD, PRICE, terms=terms).description.startswith("<p>Graded VG (Goldmine). Small tear</p>")


def test_the_example_can_be_used_and_previews_show_a_known_and_a_hardly_known_release() -> None:
    assert problem(TEMPLATE_EXAMPLE) == problem(DEFAULT) == problem("") == problem("Plain words.\n\n- one") == ""
    shown = previews(TEMPLATE_EXAMPLE, TEXTS, SAMPLES)
    assert [one.name for one in shown] == ["Songs & Other Examples", "Four Sides", "A Film of Which Little Is Known"]
    assert "<li>Country: US</li>" in shown[0].html
    assert "<p>Side C</p><ul><li>C1 Song C1</li>" in shown[1].html
    assert "Country" not in shown[2].html
    assert preview.Example(BARE, GTIN).name == "Something"


def test_plain_words_are_a_template_too() -> None:
    (shown, *_) = previews("Sent from Austin.\nBye\n\n- one & two", NO_TEXTS, [preview.Example(BARE, GTIN)])
    assert shown.html == "<p>Sent from Austin.<br>Bye</p><ul><li>one &amp; two</li></ul>"


def test_a_text_of_the_seller_has_its_limit_and_is_no_template() -> None:
    assert problem("", ListingTexts(footer="x" * 501)) == "The footer has 501 characters, and the most is 500"
    assert problem("", ListingTexts(grading_text="x" * 800, shipping_text="x" * 800)) == ""
    assert made("{{ footer }}", texts=ListingTexts(footer="{{ title }} {% if %}")) == "<p>{{ title }} {% if %}</p>"


def test_texts_that_leave_no_room_are_refused_when_they_are_saved() -> None:
    assert "eBay takes 4,000 characters of a description" in problem("<p>word</p>" * 400)


def test_a_template_is_compiled_once() -> None:
    assert compiled(DEFAULT) is compiled(DEFAULT)
    with pytest.raises(TemplateUnusable, match="Line 1 of the template"):
        compiled("{{ nothing }}")


def test_a_template_that_shows_nothing_of_a_release_leaves_our_own_text() -> None:
    found = listing_text(BARE, GTIN, NOTHING_SAID, NO_TEXTS, "{{ label }}")
    assert "Somebody" in found.html
    assert found.to_do.startswith("The template shows nothing of what is known here. This draft has")
    assert "shows nothing" in problem("{% if label == 'x' %}{{ label }}{% endif %}")
