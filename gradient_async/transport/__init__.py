"""Send calls: attempts, retries, pacing and the HTTP session."""
