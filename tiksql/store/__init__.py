"""Studies: one SQLite file with collections, every request, and every page as it came."""
