"""The process that claims shards and runs their rows."""
