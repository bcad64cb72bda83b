"""The Batches screen."""
