"""A live board of indexing jobs: events in, rows out, drawn in a terminal."""
