"""The rules: plain Python, no network, no database, no clock."""
