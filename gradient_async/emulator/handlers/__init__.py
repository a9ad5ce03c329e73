"""Request handlers, which are named after the operations of the API's description."""
