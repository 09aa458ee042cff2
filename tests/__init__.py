"""The tests; they mirror the packages, and `stories` holds whole conversations."""
