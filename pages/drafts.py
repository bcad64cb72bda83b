"""Drafts."""

from console.context import context
from console.screens import drafts

drafts.render(context())
