"""Drafts."""

from console.context import context
from console.screens.drafts import screen as drafts

drafts.render(context())
