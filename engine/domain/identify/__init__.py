"""From a barcode to the release it means. Pure."""
