"""Needs attention: what failed in all batches, and how a person fixes it, in groups or one by one."""
