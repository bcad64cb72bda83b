"""System."""

from console.context import context
from console.screens.system import screen as system

system.render(context())
