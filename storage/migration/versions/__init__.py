"""One module a step, named by its number; a database remembers the number of its last one."""
