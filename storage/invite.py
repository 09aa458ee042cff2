"""One-time codes that give a role. Only their digests are kept: who reads the table cannot use them."""

import secrets
from hashlib import sha256

from storage.turn import Row, Turn

CREATE = """
insert into invite (digest, role, scope, name, expires) values (:digest, :role, :scope, :name, :expires)
"""
TAKE = """
update invite set used_by = :person, used_at = :now
where digest = :digest and used_by is null and expires > :now returning role, scope, name
"""
PURGE = "delete from invite where expires < :before"


def digest(code: str) -> str:
    """What is kept of a code. It is long and random, so a plain SHA-256 does."""
    return sha256(code.encode()).hexdigest()


async def create(turn: Turn, role: str, scope: str, name: str, expires: int) -> str:
    """Makes a code for a role in a scope, valid until a moment; `name` is the public name it gives, may be empty.

    22 characters of A-Z a-z 0-9 - _, which a deep link can carry."""
    code = secrets.token_urlsafe(16)
    await turn.do(CREATE, digest=digest(code), role=role, scope=scope, name=name, expires=expires)
    return code


async def take(turn: Turn, code: str, person: str, now: int) -> Row | None:
    """Uses a code up: `role`, `scope`, `name`. None where there is no such code, or it was used or is too old."""
    return await turn.one(TAKE, digest=digest(code), person=person, now=now)


async def purge(turn: Turn, before: int) -> int:
    """Drops the codes that ended before a moment."""
    return await turn.do(PURGE, before=before)
