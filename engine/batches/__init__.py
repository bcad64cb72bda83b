"""Batches in the stores: how they are submitted, steered, read and exported."""
