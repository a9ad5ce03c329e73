"""The operations: a request in, an answer out; one file per resource."""
