"""Batch."""

from console.context import context
from console.screens import batch

batch.render(context())
