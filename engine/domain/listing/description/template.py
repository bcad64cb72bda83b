"""The seller's template of a listing's text, in Jinja's language and simple HTML. Pure.

Two walls stand around it: `syntax` allows what shows facts and nothing else, and Jinja's sandbox runs it without
globals, with what databases and people say escaped. Steps and output are counted; `markup` cleans what comes out.

Source: https://jinja.palletsprojects.com/en/stable/sandbox/ (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import TemplateError, TemplateRuntimeError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.domain.listing.description import markup, syntax
from engine.errors import TemplateUnusable

MAX_TEMPLATE = 8_000
MAX_STEPS = 50_000
MAX_MADE = 200_000  # characters of output before it is cleaned
WHERE = "template"

TRACKS, FACTS, DISCS, MORE_TRACKS = "tracks", "facts", "discs", "more_tracks"
NOTE, PARAGRAPH = "note", "paragraph"
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
    "condition": "the condition of the copy, in eBay's words",
    "grade": "your grade of the disc, such as Very Good Plus (VG+)",
    "sleeve": "your grade of the sleeve",
    NOTE: "your note on the copy",
    PARAGRAPH: "what you add to one draft",
    FACTS: "all facts as a list",
    TRACKS: "the track list, by disc or side",
    DISCS: "the discs or sides, each with its name and tracks, and these with position, title and duration",
    MORE_TRACKS: "how many tracks there is no room for",
    "header": "your header",
    "footer": "your footer",
    "grading_text": "your words on grading",
    "shipping_text": "your words on shipping",
}
DEFAULT = """{{ header }}
<h2>{% if artist and title %}{{ artist }} - {{ title }}{% else %}{{ artist or title or barcode }}{% endif %}</h2>
{{ facts }}
{{ tracks }}
{% if note %}<p>{{ note }}</p>{% endif %}
{% if paragraph %}<p>{{ paragraph }}</p>{% endif %}
{{ grading_text }}
{{ shipping_text }}
{{ footer }}"""
TEMPLATE_EXAMPLE = """{{ header }}
<h2>{% if artist %}{{ artist }} - {% endif %}{{ title }}</h2>
{% if condition %}<p>Condition: {{ condition }}</p>{% endif %}
{% if note %}<p>{{ note }}</p>{% endif %}
<ul>
{% if country %}<li>Country: {{ country }}</li>{% endif %}
{% if label %}<li>{{ label }} {{ catalog_number }}</li>{% endif %}
</ul>
{{ tracks }}
{{ shipping_text }}
{{ footer }}"""

_WRONG = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    SyntaxError,
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without globals, with few filters, and without arithmetic, which could make text without end."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self.globals = {}
        self.filters = {name: self.filters[name] for name in syntax.FILTERS}
        self.tests = {name: self.tests[name] for name in syntax.TESTS}

    def call_binop(self, context: object, operator: str, left: object, right: object) -> Any:  # noqa: ARG002
        raise SecurityError(f"{operator} cannot be used here")


_sandbox = _Sandbox()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template that can be filled, and the placeholders that it uses."""

    jinja: jinja2.Template
    used: frozenset[str]

    def filled(self, values: Mapping[str, object]) -> str:
        """Return the template with its values, HTML that is yet to be cleaned.

        Raises:
            TemplateUnusable: it takes too long, makes too much, or does with a value what cannot be done with it.
        """
        steps = syntax.Steps(MAX_STEPS)
        made: list[str] = []
        room = MAX_MADE
        try:
            for piece in self.jinja.generate({**values, syntax.COUNTED: steps.counted}):
                made.append(piece)
                room -= len(piece)
                if room < 0:
                    raise TemplateRuntimeError("it makes too much text")
        except _WRONG as wrong:
            raise TemplateUnusable(f"The template cannot be filled: {_words(wrong)}") from wrong
        return "".join(made)


@lru_cache(maxsize=64)
def compiled(template: str) -> Compiled:
    """Return a template as it can be filled.

    Raises:
        TemplateUnusable: something is wrong with it.
    """
    try:
        tree = _sandbox.parse(template)
        if wrong := next(syntax.problems(tree, PLACEHOLDERS), None):
            raise TemplateUnusable(f"Line {wrong[0]} of the {WHERE}: {wrong[1]}")
        used = syntax.used(tree) & PLACEHOLDERS.keys()
        syntax.count_turns(tree)
        return Compiled(_sandbox.from_string(tree), used)
    except jinja2.TemplateSyntaxError as wrong:
        raise TemplateUnusable(f"Line {wrong.lineno} of the {WHERE}: {_words(wrong)}") from wrong
    except _WRONG as wrong:
        raise TemplateUnusable(f"The {WHERE} cannot be read: {_words(wrong)}") from wrong


def problem(template: str) -> str:
    """Return what is wrong with a template as a sentence with its line, "" when nothing is."""
    if len(template) > MAX_TEMPLATE:
        return f"The template has {len(template):,} characters, and the most is {MAX_TEMPLATE:,}"
    try:
        compiled(template)
    except TemplateUnusable as wrong:
        return str(wrong)
    return markup.problem(html_alone(template), WHERE)


def html_alone(template: str) -> str:
    """Return the HTML of a template alone, every line where it was."""
    html = ""
    for line, kind, text in _sandbox.lex(template):
        if kind == "data":
            html += "\n" * (line - 1 - html.count("\n")) + text
    return html


def _words(wrong: Exception) -> str:
    if isinstance(wrong, RecursionError):
        return "it is nested too deeply"
    return (str(wrong) or type(wrong).__name__).rstrip(".")
