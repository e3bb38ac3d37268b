"""Who and what exists: records, people, permissions, work. Knows no engine of insight."""
