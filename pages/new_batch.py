"""New batch."""

from console.context import context
from console.screens.new_batch import screen as new_batch

new_batch.render(context())
