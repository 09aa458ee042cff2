"""Cases, their ledger and their people; gathered reminders; the web chat. The ledger refuses to be changed.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEPT = ("number", "seq", "at", "action", "role", "name", "from_state", "to_state", "facts", "digest", "hash")
_PERSONAL = ("actor", "reason", "salt")


def upgrade() -> None:
    for make in (_cases, _event, _reporter, _nudge, _serial, _photo_use, _web_page, _web_message):
        make()
    guard = {"sqlite": _guard_sqlite, "postgresql": _guard_postgres}
    guard[op.get_bind().dialect.name]()


def _guard_sqlite() -> None:
    """A line of the ledger may lose its personal words, and nothing else."""
    same = " and ".join([f"new.{c} is old.{c}" for c in _KEPT])
    erased = " and ".join([f"(new.{c} is null or new.{c} is old.{c})" for c in _PERSONAL])
    op.execute(
        f"create trigger event_kept before update on event when not ({same} and {erased}) "
        "begin select raise(abort, 'the ledger is not changed'); end"
    )
    op.execute(
        "create trigger event_stays before delete on event "
        "begin select raise(abort, 'nothing is taken out of the ledger'); end"
    )


def _guard_postgres() -> None:
    """A line of the ledger may lose its personal words, and nothing else."""
    same = " and ".join([f"new.{c} is not distinct from old.{c}" for c in _KEPT])
    erased = " and ".join([f"(new.{c} is null or new.{c} is not distinct from old.{c})" for c in _PERSONAL])
    op.execute(
        "create function event_guard() returns trigger as $guard$ begin "
        "if tg_op = 'UPDATE' then "
        f"if {same} and {erased} then return new; end if; end if; "
        "raise exception 'the ledger is not changed'; end $guard$ language plpgsql"
    )
    op.execute("create trigger event_kept before update or delete on event for each row execute function event_guard()")


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("reporter", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("filed_at", sa.BigInteger, nullable=False),
        sa.Column("due_resolve", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("urgent", sa.Integer, nullable=False),
        sa.Column("border", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("photos", sa.Text, nullable=False),
        sa.Column("no_photo", sa.Text, nullable=False),
        sa.Column("assignee", sa.Text, nullable=False),
        sa.Column("assignee_name", sa.Text, nullable=False),
        sa.Column("reporters", sa.Integer, nullable=False),
        sa.Column("due_accept", sa.BigInteger),
        sa.Column("due_step", sa.BigInteger),
        sa.Column("dispatched_at", sa.BigInteger),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("promised", sa.Integer, nullable=False),
        sa.Column("resolved_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("no_after", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("returns", sa.Integer, nullable=False),
        sa.Column("transfers", sa.Integer, nullable=False),
        sa.Column("reworks", sa.Integer, nullable=False),
        sa.Column("late", sa.Integer, nullable=False),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("rating", sa.Text, nullable=False),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("last_action", sa.Text, nullable=False),
        sa.Column("last_by", sa.Text, nullable=False),
        sa.Column("last_reason", sa.Text, nullable=False),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("draft", sa.Text, nullable=False),
        sa.Column("chain", sa.Text, nullable=False),
        sa.Column("holder_name", sa.Text, nullable=False),
        sa.Column("round_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="cases_pkey"),
    )
    op.create_index("cases_holder", "cases", ["holder", "due_resolve"])
    op.create_index("cases_station", "cases", ["station", "due_resolve"])
    op.create_index("cases_draft", "cases", ["draft"])
    op.create_index("cases_filed", "cases", ["filed_at"])


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("number", sa.Text),
        sa.Column("seq", sa.Integer),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("salt", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", "seq", name="event_pkey"),
    )
    op.create_index("event_actor", "event", ["actor"])


def _reporter() -> None:
    op.create_table(
        "reporter",
        sa.Column("number", sa.Text),
        sa.Column("person", sa.Text),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", "person", name="reporter_pkey"),
    )
    op.create_index("reporter_person", "reporter", ["person", "at"])


def _nudge() -> None:
    op.create_table(
        "nudge",
        sa.Column("chat", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("rule", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("chat", "number", "rule", name="nudge_pkey"),
    )
    op.create_index("nudge_number", "nudge", ["number"])


def _serial() -> None:
    op.create_table(
        "serial",
        sa.Column("day", sa.Text),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", name="serial_pkey"),
    )


def _photo_use() -> None:
    op.create_table(
        "photo_use",
        sa.Column("sha", sa.Text),
        sa.Column("owner", sa.Text),
        sa.PrimaryKeyConstraint("sha", "owner", name="photo_use_pkey"),
    )
    op.create_index("photo_use_owner", "photo_use", ["owner"])


def _web_page() -> None:
    op.create_table(
        "web_page",
        sa.Column("chat", sa.Text),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat", name="web_page_pkey"),
    )


def _web_message() -> None:
    op.create_table(
        "web_message",
        sa.Column("chat", sa.Text),
        sa.Column("id", sa.BigInteger, autoincrement=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("edited", sa.BigInteger),
        sa.PrimaryKeyConstraint("chat", "id", name="web_message_pkey"),
    )
    op.create_index("web_message_key", "web_message", ["chat", "key"], unique=True)
    op.create_index("web_message_change", "web_message", ["chat", "change"])
    op.create_index("web_message_serial", "web_message", ["change"], unique=True)
