"""Keep several processes within the rate limit of each token."""
