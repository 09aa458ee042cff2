"""The pages that are not a chat: health, demo."""
