"""The three queues, what is open in a chat, and who is who."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

OPEN = sa.text("state = 'new'")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From nothing."""
    _inbox()
    _outbox()
    _alarm()
    _open_in_a_chat()
    _people()
    _invite()
    _setting()


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("album", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="new"),
        sa.Column("fetched", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trace", sa.Text),
        sa.Column("ended", sa.BigInteger),
        sa.UniqueConstraint("channel", "key", name="inbox_seen"),
        sa.CheckConstraint("state = 'new' or state = 'done' or state = 'dead'", name="inbox_state"),
    )
    op.create_index("inbox_open", "inbox", ["lane", "id"], sqlite_where=OPEN, postgresql_where=OPEN)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("card", sa.Text, nullable=False, server_default=""),
        sa.Column("person", sa.Text, nullable=False, server_default=""),
        sa.Column("ordered", sa.Integer, nullable=False, server_default="1"),
        sa.Column("urgency", sa.Text, nullable=False, server_default="reply"),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False, server_default="new"),
        sa.Column("sending_since", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_try", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("picture", sa.Text, nullable=False, server_default=""),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.UniqueConstraint("key", name="outbox_key"),
        sa.CheckConstraint("state = 'new' or state = 'sent' or state = 'dead'", name="outbox_state"),
    )
    op.create_index("outbox_open", "outbox", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    said = sa.text("message is not null")
    op.create_index("outbox_message", "outbox", ["chat", "message"], sqlite_where=said, postgresql_where=said)
    op.create_index("outbox_chat", "outbox", ["chat", "id"], sqlite_where=OPEN, postgresql_where=OPEN)


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("subject", sa.Text),
        sa.Column("at", sa.BigInteger),
        sa.PrimaryKeyConstraint("subject", name="alarm_pkey"),
    )
    due = sa.text("at is not null")
    op.create_index("alarm_at", "alarm", ["at"], sqlite_where=due, postgresql_where=due)


def _open_in_a_chat() -> None:
    op.create_table(
        "dialogue",
        sa.Column("chat", sa.Text),
        sa.Column("person", sa.Text),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("filled", sa.Text, nullable=False),
        sa.Column("asked", sa.Text),
        sa.Column("prompt", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat", "person", name="dialogue_pkey"),
    )
    op.create_index("dialogue_expires", "dialogue", ["expires"])
    op.create_table(
        "shown",
        sa.Column("card", sa.Text),
        sa.Column("chat", sa.Text),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("picture", sa.Text, nullable=False, server_default=""),
        sa.Column("digest", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("card", "chat", name="shown_pkey"),
    )
    op.create_index("shown_message", "shown", ["chat", "message"])
    op.create_table(
        "prompt",
        sa.Column("chat", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat", name="prompt_pkey"),
    )


def _people() -> None:
    op.create_table(
        "member",
        sa.Column("person", sa.Text),
        sa.Column("role", sa.Text),
        sa.Column("scope", sa.Text),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.PrimaryKeyConstraint("person", "role", "scope", name="member_pkey"),
    )
    op.create_index("member_scope", "member", ["role", "scope"])
    op.create_table(
        "bound",
        sa.Column("chat", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("by_person", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("chat", name="bound_pkey"),
    )
    op.create_index("bound_code", "bound", ["code"])
    op.create_table(
        "person",
        sa.Column("key", sa.Text),
        sa.Column("chat", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.Text, nullable=False, server_default=""),
        sa.Column("agreed", sa.BigInteger),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("unreachable", sa.BigInteger),
        sa.Column("held_reports", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("key", name="person_pkey"),
    )


def _invite() -> None:
    op.create_table(
        "invite",
        sa.Column("digest", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("used_by", sa.Text),
        sa.Column("used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("digest", name="invite_pkey"),
    )


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.Text),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="setting_pkey"),
    )
