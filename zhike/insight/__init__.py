"""What is known about parties: warehouse, identity, indicators, tags, audiences."""
