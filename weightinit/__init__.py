"""How neural-network weights should start."""
