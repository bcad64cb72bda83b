"""Wall."""

from console.context import context
from console.screens import wall

wall.render(context())
