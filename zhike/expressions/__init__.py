"""One condition and formula language: formulas, filters, permissions, audiences, journeys, reports."""
