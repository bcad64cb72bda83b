"""From a release and a copy to a listing: category, words, price, pictures, files. Pure."""
