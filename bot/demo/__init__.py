"""The demo: a whole district on one machine, in the browser (`show`) or as one story in the terminal (`script`)."""
