"""Stand-ins for the services the product talks to: real servers on loopback, never patched clients."""
