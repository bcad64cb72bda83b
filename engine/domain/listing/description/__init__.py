"""The text of a listing: the seller's template and texts, filled with what is known of one copy. Pure."""
