"""Seller settings."""

from console.context import context
from console.screens.seller import screen as seller

seller.render(context())
