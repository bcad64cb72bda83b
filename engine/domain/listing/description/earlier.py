"""Templates of the language before Jinja (`# {artist} - {title}`) as what they mean in this one. Pure. See ADR 0102."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from engine.domain.listing.description import markup
from engine.domain.listing.description.template import FACTS, TRACKS

_PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
_JINJA = re.compile(r"\{[{%#]")
_OWN_LINE = tuple(f"{{{name}}}" for name in (FACTS, TRACKS))


def in_jinja(template: str) -> str:
    """Return a stored template in Jinja's language; one that is in it already stays, and so does one of HTML alone.

    Plain words keep their paragraphs, and a line with a fact that is not known is left out, as it was.
    """
    if _JINJA.search(template) or not template.strip():
        return template
    earlier = _PLACEHOLDER.search(template)
    if not earlier and markup.has_tags(template):
        return template
    return "\n".join(_parts(template))


def mistaken(typed: str) -> str:
    """Return what is wrong with a template that is typed in the language before, "" where none is."""
    found = None if _JINJA.search(typed) else _PLACEHOLDER.search(typed)
    if not found:
        return ""
    line = typed.count("\n", 0, found.start()) + 1
    return f"Line {line} of the template: a placeholder has two braces, {{{{ {found[1]} }}}}"


def _parts(template: str) -> Iterator[str]:
    for alone, lines in groupby(template.splitlines(), key=lambda line: line.strip() in _OWN_LINE):
        if alone:
            yield from (_PLACEHOLDER.sub(r"{{ \1 }}", line.strip()) for line in lines)
        else:
            for kind, texts in markup.grouped("\n".join(lines)):
                yield _block(kind, texts)


def _block(kind: str, lines: list[str]) -> str:
    if kind == "heading":
        return "".join(_guarded(line, f"<h2>{_filled(line)}</h2>") for line in lines)
    if kind == "list":
        return f"<ul>{''.join(_guarded(line, f'<li>{_filled(line)}</li>') for line in lines)}</ul>"
    return f"<p>{''.join(_guarded(line, f'{_filled(line)}<br>') for line in lines)}</p>"


def _filled(line: str) -> str:
    return _PLACEHOLDER.sub(r"{{ \1 }}", line)


def _guarded(line: str, html: str) -> str:
    """Return a line that is left out where one of its facts is not known."""
    names = dict.fromkeys(_PLACEHOLDER.findall(line))
    return f"{{% if {' and '.join(names)} %}}{html}{{% endif %}}" if names else html
