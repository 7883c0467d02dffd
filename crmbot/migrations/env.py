"""Alembic's entry: runs the migrations on the connection it is given."""

from alembic import context

from crmbot.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
