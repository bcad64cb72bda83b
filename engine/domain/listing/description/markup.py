"""The HTML of a listing's text: what a seller may write, what is left of anything else, and how it is cut. Pure.

Source: https://developer.ebay.com/api-docs/user-guides/static/trading-user-guide/formatting.html and eBay's JavaScript
policy, https://www.ebay.com/help/policies/listing-policies/javascript-policy?id=4247 (read 2026-11): no active content,
links by https and in a new window, to other sites for a few purposes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby

import nh3
from markupsafe import Markup

_BLOCKS = ("p", "br", "hr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "div")
_TABLE = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
_INLINE = ("b", "strong", "i", "em", "u", "span", "a")
_VOID = frozenset({"br", "hr"})
TAGS = (*_BLOCKS, *_INLINE, *_TABLE)
_ACTIVE = (
    "applet, audio, base, button, embed, form, frame, frameset, iframe, input, link, math, meta, noscript, object, "
    "option, script, select, style, svg, template, textarea, video"
)
ACTIVE = frozenset(_ACTIVE.split(", "))
_ALIGNED = {"align": {"left", "right", "center"}}
_VALUES = dict.fromkeys(("p", "div", "h1", "h2", "h3", "h4", "th", "td", "table"), _ALIGNED)
_ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
_ADDED = {"rel", "target"}  # what the cleaner sets itself on a link
_AT_EBAY = re.compile(r"https://(?:[a-z0-9-]+\.)*ebay\.com(?:[/?#]|$)", re.IGNORECASE)

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)([^<>]*)(>?)")
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_AROUND_BLOCKS = re.compile(rf"\s*(</?(?:{'|'.join((*_BLOCKS, *_TABLE))})(?:\s[^>]*)?>)\s*")
_LAST_BREAKS = re.compile(r"(?:<br>)+(?=</(?:p|li|div|td)>)")
_EMPTY = re.compile(rf"<({'|'.join(tag for tag in TAGS if tag not in ('th', 'td', *_VOID))})(?:\s[^>]*)?></\1>")
_TOKEN = re.compile(r"<[^>]*>|&#?\w+;|\s+|[^<&\s]+|&")


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Return what is left of an attribute: links lead to eBay, numbers are numbers."""
    if tag == "a" and attribute == "href":
        return value if _AT_EBAY.match(value) else None
    return value if attribute not in ("colspan", "rowspan") or re.fullmatch(r"\d{1,2}", value) else None


_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(ACTIVE),
    attributes=_ATTRIBUTES,
    tag_attribute_values=_VALUES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    attribute_filter=_kept,
    url_schemes={"https"},
)


def cleaned(html: str) -> str:
    """Return `html` with nothing in it but what eBay takes, well formed, without blanks and empty elements."""
    sound = html.encode("utf-8", "ignore").decode()
    text = _cleaner.clean(sound)
    while (less := _without_nothing(text)) != text:
        text = less
    return text


def _without_nothing(html: str) -> str:
    """Return HTML without blanks that are not shown, breaks at the end of a block and elements that are empty."""
    text = re.sub(r"\s+", " ", html).strip()
    return _EMPTY.sub("", _LAST_BREAKS.sub("", _AROUND_BLOCKS.sub(r"\1", text)))


def trusted(html: str) -> Markup:
    """Return HTML that is cleaned, or made here of what is escaped, as templates show it: as HTML."""
    return Markup(html)  # noqa: S704


def problem(html: str, where: str) -> str:
    """Return what eBay, or this program, does not take of the HTML in `where`, with its line; "" for nothing."""
    return next(_problems(html, where), "")


def _problems(html: str, where: str) -> Iterator[str]:
    for found in _TAG.finditer(html):
        _, name, attributes, end = found.groups()
        tag, line = name.lower(), f"Line {html.count(chr(10), 0, found.start()) + 1} of the {where}"
        if tag in ACTIVE:
            yield f"{line}: <{tag}> is active content, which eBay does not allow in a listing"
        elif tag == "img":
            yield f"{line}: <img> cannot be used here: pictures belong to the photos of a draft"
        elif tag not in TAGS:
            yield f"{line}: the tag <{tag[:20]}> cannot be used here; those that can are {', '.join(TAGS)}"
        elif not end:
            yield f"{line}: the tag <{tag} has no > at its end"
        else:
            yield from (f"{line}: {wrong}" for wrong in _wrong_attributes(tag, attributes))


def _wrong_attributes(tag: str, text: str) -> Iterator[str]:
    for name, value in _ATTRIBUTE.findall(text):
        attribute, bare = name.lower(), value.strip("\"'")
        if attribute.startswith("on"):
            yield f"{attribute} on <{tag}> is active content, which eBay does not allow in a listing"
        elif (tag, attribute) == ("a", "href") and not _AT_EBAY.match(bare):
            yield "a link may lead to a page of https://www.ebay.com alone"
        elif attribute not in _ATTRIBUTES.get(tag, set()) | set(_VALUES.get(tag, ())) | (
            _ADDED if tag == "a" else set()
        ):
            yield f"{attribute[:20]} on <{tag}> cannot be used here"


def has_tags(text: str) -> bool:
    """Whether a text is HTML, and not plain words."""
    return bool(_TAG.search(text))


@lru_cache(maxsize=256)
def as_html(text: str) -> str:
    """Return a seller's text as HTML: HTML cleaned, plain words with their paragraphs, lists and headings."""
    return cleaned(text if has_tags(text) else "".join(block(kind, lines) for kind, lines in grouped(text)))


def grouped(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield plain words in groups of lines, escaped: `text`, `list` (`- `) and `heading` (`# `), without the marks."""
    for kind, lines in groupby(text.splitlines(), key=_kind):
        if kind:
            yield kind, [escape(line.strip().removeprefix("# ").removeprefix("- "), quote=False) for line in lines]


def _kind(line: str) -> str:
    bare = line.strip()
    return "heading" if bare.startswith("# ") else "list" if bare.startswith("- ") else "text" if bare else ""


def block(kind: str, lines: list[str]) -> str:
    """Return a group of lines, HTML each, as the elements that its kind stands for."""
    match kind:
        case "heading":
            return "".join(f"<h2>{line}</h2>" for line in lines)
        case "list":
            return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
        case _:
            return f"<p>{'<br>'.join(lines)}</p>"


def cut(html: str, room: int) -> str:
    """Return the beginning of cleaned `html` in at most `room` characters: whole words, and every element closed."""
    if len(html) <= room:
        return html
    kept: list[str] = []
    opened: list[str] = []
    for token in _TOKEN.findall(html):
        standing = _standing(opened, re.match(r"<(/?)(\w+)", token))
        room -= len(token)
        if room < sum(len(f"</{tag}>") for tag in standing):
            break
        kept.append(token)
        opened = standing
    return cleaned("".join(kept).rstrip() + "".join(f"</{tag}>" for tag in reversed(opened)))


def _standing(opened: list[str], tag: re.Match[str] | None) -> list[str]:
    """Return which elements are open after a tag."""
    if tag is None or tag[2] in _VOID:
        return opened
    return opened[:-1] if tag[1] else [*opened, tag[2]]
