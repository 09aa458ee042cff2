"""How the tables became what they are: Alembic's environment, run by the program itself."""
