"""The steps of one row: identify, picture, price, draft."""
