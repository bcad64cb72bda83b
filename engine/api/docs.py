"""`/api/docs`: the API for a reader, drawn from its own OpenAPI document; needs no other site, nor a script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }
h2 { font-size: 1rem; margin: 0; } h2 b { display: inline-block; min-width: 3.5rem; color: #0f7ab5; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; background: var(--line); border-radius: 6px; padding: .5rem .75rem; }
table { border-collapse: collapse; } td { padding: .1rem 1.2rem .1rem 0; vertical-align: top; }
"""


@router.get("/api/docs")
def page(request: Request) -> HTMLResponse:
    """Return the page."""
    return HTMLResponse(draw(request.app.openapi(), f"{request.base_url}".rstrip("/")))


def draw(document: Mapping[str, Any], address: str) -> str:
    """Return an OpenAPI document as HTML; its curl lines call `address`."""
    title = f"{document['info']['title']} {document['info']['version']}: HTTP API"
    calls = (
        _call(document, address, method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1><p>{escape(document['info']['description'])}</p>"
        f'<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>{"".join(calls)}</html>'
    )


def _call(document: Mapping[str, Any], address: str, method: str, path: str, operation: Mapping[str, Any]) -> str:
    body = _body(document, operation)
    answers = ((status, "", answer["description"]) for status, answer in operation["responses"].items())
    return (
        f"<article><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2>"
        f"<p><strong>{escape(operation['summary'])}.</strong> {_text(operation.get('description', ''))}</p>"
        f"<table>{_rows(_fields(operation, body))}</table>"
        f"<pre>{escape(_curl(f'{address}{path}', method, body))}</pre>"
        f"<table>{_rows(answers)}</table></article>"
    )


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the media type of an operation's body and its schema; "" and none where it has no body."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        return kind, _resolved(document, content["schema"])
    return "", {}


def _fields(operation: Mapping[str, Any], body: tuple[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Return name, kind and default of everything that a call takes."""
    for parameter in operation.get("parameters", ()):
        yield parameter["name"], parameter["in"], _default(parameter["schema"])
    for name, schema in body[1].get("properties", {}).items():
        yield name, "form" if body[0].startswith("multipart") else "body", _default(schema)


def _default(schema: Mapping[str, Any]) -> str:
    return f"default {json.dumps(schema['default'])}" if "default" in schema else ""


def _curl(url: str, method: str, body: tuple[str, Mapping[str, Any]]) -> str:
    """Return the line that makes the call."""
    kind, schema = body
    if kind.startswith("multipart"):
        return f"curl -F file=@rows.txt {url}"
    if kind:
        required = {name: schema["properties"][name].get("examples", [""])[0] for name in schema.get("required", ())}
        return f"curl -X POST -H 'Content-Type: {kind}' -d '{json.dumps(required)}' {url}"
    return f"curl {url}" if method == "get" else f"curl -X {method.upper()} {url}"


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _text(text: str) -> str:
    """Return a text with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _rows(cells: Iterator[tuple[str, str, str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in cells)
