"""Batches."""

from console.context import context
from console.screens import batches

batches.render(context())
