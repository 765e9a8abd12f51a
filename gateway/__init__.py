"""The gateway: a pure core, and the rim of sockets, store and metrics around it."""
