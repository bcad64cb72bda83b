"""Needs attention."""

from console.context import context
from console.screens.attention import screen

screen.render(context())
