"""Access."""

from console.context import context
from console.screens.access import screen as access

access.render(context())
