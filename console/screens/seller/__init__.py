"""The Seller settings screen."""
