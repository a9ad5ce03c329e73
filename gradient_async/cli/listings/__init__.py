"""The columns of each kind of object that is listed."""
