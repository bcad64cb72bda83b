"""HTML of our own, from the templates beside this module. Whatever is put into one is escaped."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def html(name: str, **values: object) -> str:
    """Return the template `name`, filled in with `values`."""
    return _TEMPLATES.get_template(f"{name}.html").render(values)
