"""The HTTP server: routes, middlewares, faults, latency and the listening sockets."""
