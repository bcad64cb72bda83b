"""The New batch screen."""
