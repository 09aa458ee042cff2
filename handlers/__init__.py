"""What the bot does with one incoming thing; one module, one conversation."""
