"""The tables. Alembic's steps make them; this describes what they have become, and a test holds the two together.

Moments are milliseconds UTC, yes and no are 1 and 0, lists and mappings are JSON text."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Serial = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives, higher than all it holds. SQLite gives none to a BIGINT."""

# Of queues every microsecond counts: SQLite builds a table for `state in (...)` anew for each row, and AUTOINCREMENT
# keeps a second table. Written as below, a row costs a third less.

inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("body", Text),
    Column("album", Text, nullable=False, server_default=""),
    Column("at", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="new"),
    Column("fetched", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("trace", Text),
    Column("ended", BigInteger),
    UniqueConstraint("channel", "key", name="inbox_seen"),
    CheckConstraint("state = 'new' or state = 'done' or state = 'dead'", name="inbox_state"),
    Index("inbox_open", "lane", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("body", Text),
    Column("card", Text, nullable=False, server_default=""),
    Column("person", Text, nullable=False, server_default=""),
    Column("ordered", Integer, nullable=False, server_default="1"),
    Column("urgency", Text, nullable=False, server_default="reply"),
    Column("not_before", BigInteger),
    Column("state", Text, nullable=False, server_default="new"),
    Column("sending_since", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", BigInteger),
    Column("reason", Text),
    Column("message", Text),
    Column("picture", Text, nullable=False, server_default=""),
    Column("created", BigInteger, nullable=False),
    Column("ended", BigInteger),
    UniqueConstraint("key", name="outbox_key"),
    CheckConstraint("state = 'new' or state = 'sent' or state = 'dead'", name="outbox_state"),
    Index("outbox_open", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    Index(
        "outbox_message",
        "chat",
        "message",
        sqlite_where=text("message is not null"),
        postgresql_where=text("message is not null"),
    ),
    Index("outbox_chat", "chat", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
)

alarm = Table(
    "alarm",
    metadata,
    Column("subject", Text),
    Column("at", BigInteger),
    PrimaryKeyConstraint("subject", name="alarm_pkey"),
    Index("alarm_at", "at", sqlite_where=text("at is not null"), postgresql_where=text("at is not null")),
)

dialogue = Table(
    "dialogue",
    metadata,
    Column("chat", Text),
    Column("person", Text),
    Column("form", Text, nullable=False),
    Column("subject", Text),
    Column("filled", Text, nullable=False),
    Column("asked", Text),
    Column("prompt", Text),
    Column("version", Integer, nullable=False),
    Column("expires", BigInteger, nullable=False),
    PrimaryKeyConstraint("chat", "person", name="dialogue_pkey"),
    Index("dialogue_expires", "expires"),
)

shown = Table(
    "shown",
    metadata,
    Column("card", Text),
    Column("chat", Text),
    Column("message", Text, nullable=False),
    Column("picture", Text, nullable=False, server_default=""),
    Column("digest", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("card", "chat", name="shown_pkey"),
    Index("shown_message", "chat", "message"),
)

prompt = Table(
    "prompt",
    metadata,
    Column("chat", Text),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("chat", name="prompt_pkey"),
)

member = Table(
    "member",
    metadata,
    Column("person", Text),
    Column("role", Text),
    Column("scope", Text),
    Column("name", Text, nullable=False, server_default=""),
    Column("since", BigInteger, nullable=False),
    Column("ended", BigInteger),
    PrimaryKeyConstraint("person", "role", "scope", name="member_pkey"),
    Index("member_scope", "role", "scope"),
)

bound = Table(
    "bound",
    metadata,
    Column("chat", Text),
    Column("code", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("by_person", Text, nullable=False),
    PrimaryKeyConstraint("chat", name="bound_pkey"),
    Index("bound_code", "code"),
)

person = Table(
    "person",
    metadata,
    Column("key", Text),
    Column("chat", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    Column("agreed", BigInteger),
    Column("first_seen", BigInteger, nullable=False),
    Column("unreachable", BigInteger),
    Column("held_reports", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("key", name="person_pkey"),
)

invite = Table(
    "invite",
    metadata,
    Column("digest", Text),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("expires", BigInteger, nullable=False),
    Column("used_by", Text),
    Column("used_at", BigInteger),
    PrimaryKeyConstraint("digest", name="invite_pkey"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("name", name="setting_pkey"),
)
