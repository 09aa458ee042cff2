"""Whole conversations, as people chat."""
