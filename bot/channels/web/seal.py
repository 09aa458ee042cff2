"""Links to pictures that only those can open to whom they were given, and not for ever."""

import hashlib
import hmac
from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs links with a secret of the installation."""

    secret: bytes

    def link(self, path: str, now: float) -> str:
        """The path with its end and signature. The end is the close of the next day (UTC): all links given out within
        a day are the same, so that a browser keeps the picture."""
        until = (int(now) // DAY + 2) * DAY
        return f"{path}?until={until}&seal={self._sign(path, until)}"

    def holds(self, path: str, until: str, seal: str, now: float) -> bool:
        """Whether the link was given out by us and is still good at `now` (seconds since 1970)."""
        if not until.isascii() or not until.isdigit() or len(until) > 12 or now >= int(until):
            return False
        return hmac.compare_digest(self._sign(path, int(until)).encode(), seal.encode())

    def _sign(self, path: str, until: int) -> str:
        return hmac.new(self.secret, f"{path}|{until}".encode(), hashlib.sha256).hexdigest()[:32]
