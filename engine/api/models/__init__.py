"""What the API takes and answers, as types: one module a noun. The API's document is made of them."""
