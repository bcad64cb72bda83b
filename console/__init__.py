"""The console: screens and HTTP API on one port."""
