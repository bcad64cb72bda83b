"""The seller's template of a listing's text: plain words with placeholders for facts. Pure.

A blank line parts paragraphs, `- ` begins a line of a list, `# ` a heading. A line of which a placeholder is not known
is left out, so that nothing is said of a copy that nobody said. Whatever is typed or known is shown as text, never as
HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from engine.domain.identify.barcodes import display
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing import wording
from engine.domain.listing.wording import MAX_DESCRIPTION, clipped, plain, safe

MAX_TEMPLATE = 2_000
MAX_LINE = 500
TRACKS, FACTS, NOTE, PARAGRAPH = "tracks", "facts", "note", "paragraph"
CONDITION, GRADE, SLEEVE = "condition", "grade", "sleeve"
PLACEHOLDERS: Mapping[str, str] = {
    "artist": "the artist",
    "title": "the title of the release",
    "format": "the format, such as 2 CD",
    "label": "the label",
    "catalog_number": "the catalogue number",
    "released": "the day or year of the release",
    "country": "the country of the release",
    "genre": "genres and styles",
    "barcode": "the barcode",
    CONDITION: "the condition of the copy, in eBay's words",
    GRADE: "your grade of the disc, such as Very Good Plus (VG+)",
    SLEEVE: "your grade of the sleeve",
    NOTE: "your note on the copy",
    PARAGRAPH: "what you add to one draft",
    FACTS: "all facts as a list; a line of its own",
    TRACKS: "the track list; a line of its own",
}
EXAMPLE = """# {artist} - {title}

Condition: {condition}
{note}

{facts}

{tracks}

We send every order in a padded box within one business day."""
SAMPLE = Release(
    "discogs",
    "0",
    "The Sample Quartet",
    "Songs & Other Examples",
    released="1997",
    country="US",
    label="Specimen",
    catalog_number="SP 1001",
    formats=(Format("CD", descriptions=("Album",)),),
    genres=("Jazz",),
    styles=("Modal",),
    tracks=(Track("1", "First Song", "4:45"), Track("2", "Second Song", "3:10")),
)
SAMPLE_GTIN = "00012345678905"

_BRACES = re.compile(r"\{([^{}]*)\}")
_BLOCKS = frozenset({TRACKS, FACTS})


def problem(template: str) -> str:
    """Return what is wrong with a template as a sentence, "" when nothing is."""
    if len(template) > MAX_TEMPLATE:
        return f"The template has {len(template):,} characters, and the most is {MAX_TEMPLATE:,}"
    for number, line in enumerate(template.splitlines(), 1):
        names = _BRACES.findall(line)
        if strange := [name for name in names if name not in PLACEHOLDERS]:
            return f"Line {number} of the template: there is no placeholder {{{strange[0]}}}"
        if set("{}") & set(_BRACES.sub("", line)):
            return f"Line {number} of the template: a brace belongs to no placeholder"
        if _BLOCKS & set(names) and len(names) + len(_BRACES.sub("", line).strip()) > 1:
            return f"Line {number} of the template: {{{names[0]}}} is a line of its own"
        if len(line) > MAX_LINE:
            return f"Line {number} of the template has more than {MAX_LINE} characters"
    return ""


def rendered(
    template: str,
    release: Release,
    gtin: str,
    *,
    condition: str = "",
    grades: tuple[str, str] = ("", ""),
    note: str = "",
    paragraph: str = "",
) -> str:
    """Return the description as HTML of at most 4,000 characters; tracks that do not fit are counted.

    `condition`, `grades` (of disc and sleeve), `note` and `paragraph` are the operator's own words. A note or paragraph
    that the template has no place for comes first: nothing that the operator says is lost.
    """
    said = {NOTE: note, PARAGRAPH: paragraph}
    unplaced = [text for name, text in said.items() if text and f"{{{name}}}" not in template]
    values = {**_facts(release, gtin), CONDITION: condition, GRADE: grades[0], SLEEVE: grades[1], **said}
    first = [f"<p>{safe(clipped(plain(text), MAX_LINE))}</p>" for text in unplaced]
    room = MAX_DESCRIPTION
    blocks: list[str] = []
    for block in wording.packed([*first, *_blocks(template, values, release, gtin)], room):
        blocks.append(block)
        room -= len(block)
    return "".join(wording.tracks(release, room) if block == _TRACKS else block for block in blocks)


def preview(template: str) -> str:
    """Return the description of a made-up release, with everything said of the copy that can be said.

    Of an empty template it is the text that this program writes by itself.
    """
    note, paragraph = "Small mark on the booklet.", "A few words about this draft alone."
    if not template:
        return wording.description(SAMPLE, SAMPLE_GTIN, note=note, paragraph=paragraph)
    grades = ("Very Good Plus (VG+)", "Very Good (VG)")
    return rendered(template, SAMPLE, SAMPLE_GTIN, condition="Very Good", grades=grades, note=note, paragraph=paragraph)


_TRACKS = ""  # stands for the track list, which takes the room that all else leaves


def _blocks(template: str, values: Mapping[str, str], release: Release, gtin: str) -> Iterator[str]:
    """Yield the template paragraph by paragraph, as HTML."""
    for kind, lines in groupby(template.splitlines(), key=_kind):
        texts = [text for line in lines if (text := _filled(line, values))]
        match kind:
            case "tracks":
                yield _TRACKS
            case "facts":
                yield f"<ul>{''.join(wording.facts(release, gtin))}</ul>"
            case "heading":
                yield from (f"<h2>{text}</h2>" for text in texts)
            case "list" if texts:
                yield f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"
            case "text" if texts:
                yield f"<p>{'<br>'.join(texts)}</p>"


def _kind(line: str) -> str:
    """Return what a line of a template is."""
    bare = line.strip()
    named = bare.strip("{}")
    if named in _BLOCKS and bare == f"{{{named}}}":
        return named
    return "blank" if not bare else "heading" if bare.startswith("# ") else "list" if bare.startswith("- ") else "text"


def _filled(line: str, values: Mapping[str, str]) -> str:
    """Return a line with its facts, escaped; "" when one of them is not known."""
    names = [name for name in _BRACES.findall(line) if name not in _BLOCKS]
    if not all(plain(values.get(name, "")) for name in names):
        return ""
    bare = line.strip().removeprefix("# ").removeprefix("- ")
    return safe(clipped(plain(_BRACES.sub(lambda found: values.get(found[1], ""), bare)), MAX_LINE))


def _facts(release: Release, gtin: str) -> dict[str, str]:
    """Return what is known of a release, by placeholder; "" for what is not."""
    return {
        "artist": release.artist,
        "title": release.title,
        "format": wording.format_name(release),
        "label": release.label,
        "catalog_number": release.catalog_number,
        "released": release.released,
        "country": release.country,
        "genre": ", ".join((*release.genres, *release.styles)),
        "barcode": display(gtin),
    }
