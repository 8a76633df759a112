"""Alembic's entry point: runs on the connection that ``core.database.migrate`` opened."""

from alembic import context

from core.database.base import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
