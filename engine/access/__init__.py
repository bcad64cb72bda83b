"""Who may use the console and its API."""
