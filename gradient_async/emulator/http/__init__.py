"""The server: how requests come in and answers go out, whole or not."""
