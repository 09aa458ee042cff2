"""What Alembic runs: the steps, within the transaction of the connection that `storage.migration.upgrade` brings."""

from alembic import context

from storage import schema_case

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=schema_case.cases.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
