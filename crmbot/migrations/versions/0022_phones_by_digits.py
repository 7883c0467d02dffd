"""A contact is found by the digits of its phone number, whichever way they were typed."""

import sqlalchemy as sa
from alembic import op

from crmbot.domain.phones import phone_words

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000
_WORD = sa.table("name_word", *map(sa.column, ("workspace_id", "kind", "word", "record_id")))
_CONTACT = sa.table("contact", *map(sa.column, ("workspace_id", "id", "phone")))


def upgrade() -> None:
    """Keep the digits of the numbers that are there."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("SELECT set_config('crmbot.workspace', '*', true)")
    query = sa.select(_CONTACT.c.workspace_id, _CONTACT.c.id, _CONTACT.c.phone).where(_CONTACT.c.phone.is_not(None))
    for some in connection.execute(query.execution_options(yield_per=_AT_ONCE)).partitions(_AT_ONCE):
        rows = [
            {"workspace_id": workspace_id, "kind": "contact_phone", "word": word, "record_id": contact_id}
            for workspace_id, contact_id, phone in some
            for word in phone_words(phone)
        ]
        if rows:
            connection.execute(sa.insert(_WORD), rows)
