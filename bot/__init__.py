"""The edge: network, clock, environment."""
