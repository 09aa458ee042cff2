"""Chat platforms that run on loopback: real servers, for tests, demos and benchmarks of a bot."""
