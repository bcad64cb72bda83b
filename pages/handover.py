"""Hand-over."""

from console.context import context
from console.screens import handover

handover.render(context())
