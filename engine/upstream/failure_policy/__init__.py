"""What a failed call means for the row, the batch and the operator: one table, and how a reply is looked up in it."""
