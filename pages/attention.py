"""Needs attention."""

from console.context import context
from console.screens import attention

attention.render(context())
