"""Stored conditions over parties, counted live, explained, frozen as bitmaps."""
