"""`/api/docs`: the API for a reader, drawn from its own OpenAPI document; needs no other site, nor a script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

router = APIRouter(include_in_schema=False)
_FOLDER = FileSystemLoader(Path(__file__).parent)
_PAGE = Environment(loader=_FOLDER, autoescape=True, undefined=StrictUndefined).get_template("docs.html.jinja")

Document = Mapping[str, Any]  # an OpenAPI document, or a part of one


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a call takes: where it stands, its default in JSON and what it means, "" when there is none."""

    name: str
    place: str
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the page shows it; `answers` are statuses and what they mean."""

    method: str
    path: str
    summary: str
    description: str
    fields: tuple[Field, ...]
    curl: str
    answers: tuple[tuple[str, str], ...]


@router.get("/api/docs")
def page(request: Request) -> HTMLResponse:
    """Return the page."""
    return HTMLResponse(draw(request.app.openapi(), f"{request.base_url}".rstrip("/")))


def draw(document: Document, address: str) -> str:
    """Return an OpenAPI document as HTML; its curl lines call `address`."""
    about = document["info"]
    calls = (
        _call(document, address, method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    title = f"{about['title']} {about['version']}: HTTP API"
    return _PAGE.render(title=title, description=about["description"], calls=calls)


def _call(document: Document, address: str, method: str, path: str, operation: Document) -> Call:
    kind, body = _body(document, operation)
    return Call(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        fields=tuple(_fields(operation, kind, body)),
        curl=_curl(f"{address}{path}", method, kind, body),
        answers=tuple((status, answer["description"]) for status, answer in sorted(operation["responses"].items())),
    )


def _body(document: Document, operation: Document) -> tuple[str, Document]:
    """Return the media type of an operation's body and its schema; "" and none where it has no body."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        return kind, _resolved(document, content["schema"])
    return "", {}


def _fields(operation: Document, kind: str, body: Document) -> Iterator[Field]:
    """Return everything that a call takes."""
    for parameter in operation.get("parameters", ()):
        yield _field(parameter["name"], parameter["in"], {"description": "", **parameter["schema"]})
    for name, schema in body.get("properties", {}).items():
        yield _field(name, "form" if kind.startswith("multipart") else "body", schema)


def _field(name: str, place: str, schema: Document) -> Field:
    default = f"default {json.dumps(schema['default'])}" if "default" in schema else ""
    return Field(name, place, default, schema.get("description", ""))


def _curl(url: str, method: str, kind: str, body: Document) -> str:
    """Return the line that makes the call."""
    if kind.startswith("multipart"):
        return f"curl -F file=@rows.txt {url}"
    if kind:
        required = {name: body["properties"][name].get("examples", [""])[0] for name in body.get("required", ())}
        return f"curl -X {method.upper()} -H 'Content-Type: {kind}' -d '{json.dumps(required)}' {url}"
    return f"curl {url}" if method == "get" else f"curl -X {method.upper()} {url}"


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)
