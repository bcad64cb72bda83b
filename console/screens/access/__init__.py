"""The Access screen."""
