"""Building blocks that know nothing of HTTP servers or of what is served."""
