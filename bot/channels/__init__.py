"""One folder a channel, inbound and outbound."""
