"""The city folder: read into a `City`, and checked by file and line."""
