"""The turn, the databases and the photos: the only package in which a table or a query is written."""
