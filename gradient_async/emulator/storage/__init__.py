"""The object store: files come in, and reports go out, by signed URLs."""
