"""From the bytes of an uploaded file to its rows."""
