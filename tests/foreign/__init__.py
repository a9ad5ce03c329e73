"""Compare the pages on migration with the SDKs that they are about, as installed."""
