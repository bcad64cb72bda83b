"""Connections."""

from console.context import context
from console.screens.connections import screen as connections

connections.render(context())
