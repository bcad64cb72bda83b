"""Batches."""

from console.context import context
from console.screens.batches import screen as batches

batches.render(context())
