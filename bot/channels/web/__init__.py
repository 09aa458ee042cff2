"""The chat pages: a channel of our own in the browser."""
