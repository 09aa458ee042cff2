"""What Telegram can do (Bot API; lengths and numbers are those of its documentation)."""

from domain.message import Capability

TELEGRAM = Capability(
    buttons=100,
    buttons_a_row=8,
    token_bytes=64,
    edits=True,
    text=4096,
    caption=1024,
    keyboard=True,
    reactions=True,
    answers=200,
)
