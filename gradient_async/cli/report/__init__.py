"""The report on indexing jobs: sums, tables, and a page of HTML."""
