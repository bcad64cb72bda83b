"""New batch."""

from console.context import context
from console.screens import new_batch

new_batch.render(context())
