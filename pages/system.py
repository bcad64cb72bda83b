"""System."""

from console.context import context
from console.screens import system

system.render(context())
