"""x."""

from console.context import Context


def render(context: Context) -> None:
    """X."""
