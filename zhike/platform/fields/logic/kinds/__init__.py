"""One module per field type, with the one class that knows it."""
