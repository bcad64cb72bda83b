"""Batch."""

from console.context import context
from console.screens.batch import screen as batch

batch.render(context())
