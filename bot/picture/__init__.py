"""The pictures that the bot draws."""
