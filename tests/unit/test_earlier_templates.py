"""Templates of the language before Jinja, as they stand in stores: they go on saying what they said."""

from __future__ import annotations

import pytest

from engine.domain.identify.releases import Format, Release
from engine.domain.listing.description.earlier import in_jinja, mistaken
from engine.domain.listing.description.listing_text import Said, listing_text
from engine.domain.listing.description.preview import problem
from engine.domain.listing.seller_profiles import Profile
from engine.domain.listing.seller_terms import SellingTerms

RELEASE = Release("discogs", "1", "Faze <Action>", "Moving Cities", formats=(Format("CD"),), label="F-111")
EXAMPLE = """# {artist} - {title}

Condition: {condition}
{note}

- {label}, {country}
- {format}

{facts}
{tracks}
We send <fast> & safe."""


def made(template: str, said: Said) -> str:
    return listing_text(RELEASE, "00093624755524", said, template=in_jinja(template)).html


def test_lines_lists_headings_and_blocks_are_what_they_were() -> None:
    facts = "<ul><li>Format: CD</li><li>Label: F-111</li><li>Barcode: 093624755524</li></ul>"
    head, end = "<h2>Faze &lt;Action&gt; - Moving Cities</h2>", "<p>We send &lt;fast&gt; &amp; safe.</p>"
    assert made(EXAMPLE, Said()) == f"{head}<ul><li>CD</li></ul>{facts}{end}"
    told = made(EXAMPLE, Said("Good", note="Small tear"))
    assert told == f"{head}<p>Condition: Good<br>Small tear</p><ul><li>CD</li></ul>{facts}{end}"


@pytest.mark.parametrize(
    "template", ["", " ", "{{ artist }}", "{% if note %}{note}{% endif %}", "<p>Hi</p>", "{# x #}{a}"]
)
def test_a_template_of_this_language_stays_as_it_is(template: str) -> None:
    assert in_jinja(template) == template


def test_what_was_read_once_stays_when_it_is_read_again() -> None:
    assert in_jinja(in_jinja(EXAMPLE)) == in_jinja(EXAMPLE)
    assert problem(in_jinja(EXAMPLE)) == ""


def test_a_profile_gives_its_drafts_what_its_stored_template_means() -> None:
    stored = Profile("x", description="# {artist}")
    assert stored.terms(SellingTerms()).description == "{% if artist %}<h2>{{ artist }}</h2>{% endif %}"
    assert stored.template == stored.terms(SellingTerms()).description


def test_whoever_types_the_language_before_is_told_how_it_is_written_now() -> None:
    assert mistaken("Hi\n{artist}") == "Line 2 of the template: a placeholder has two braces, {{ artist }}"
    assert mistaken("{{ artist }} {note}") == mistaken("a { b }") == ""
