"""What Telegram's refusals mean to us."""

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.channel import FetchFailed, SendFailed
from bot.channels.telegram.request import FloodWait, TooLarge

REASON = 120
"""Characters of a description that are kept: the server's words, never a person's."""

UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
)
"""Refusals (400) after which nothing can be sent to that chat or topic until a person mends it."""

NOT_MODIFIED = "message is not modified"
WRONG_FILE = ("wrong file identifier", "wrong remote file identifier", "wrong file_id")
TOO_OLD = ("query is too old", "query id is invalid")


class TokenRefused(Exception):
    """Telegram does not know the token (JIEYOU_TELEGRAM_TOKEN)."""

    def __init__(self) -> None:
        super().__init__("Telegram does not accept the token: see JIEYOU_TELEGRAM_TOKEN")


def says(error: TelegramError, *phrases: str) -> bool:
    """Whether the server's description holds one of these phrases (in lower case)."""
    words = error.message.lower()
    return any(phrase in words for phrase in phrases)


def wait_of(error: RetryAfter) -> float:
    """The seconds that the server asks us to wait."""
    return error.retry_after.total_seconds() if isinstance(error, FloodWait) else float(str(error.retry_after))


def send_failed(error: TelegramError) -> SendFailed:
    """The same for the delivery."""
    reason = f"{type(error).__name__}: {error.message[:REASON]}"
    match error:
        case RetryAfter():
            return SendFailed(reason, permanent=False, retry_after=wait_of(error))
        case ChatMigrated():
            return SendFailed(reason, permanent=False, migrated_to=str(error.new_chat_id))
        case Forbidden():
            return SendFailed(reason, permanent=True, unreachable=True)
        case BadRequest():
            return SendFailed(reason, permanent=True, unreachable=says(error, *UNREACHABLE))
        case _:  # the network, the server, another bot of this token, a token taken back: later it may go
            return SendFailed(reason, permanent=False)


def fetch_failed(error: TelegramError) -> FetchFailed:
    """The same for the fetching of files."""
    reason = f"{type(error).__name__}: {error.message[:REASON]}"
    if isinstance(error, TooLarge) or says(error, "file is too big"):
        return FetchFailed(reason, permanent=True, too_large=True)
    gone = isinstance(error, BadRequest | Forbidden) and not says(error, "temporarily unavailable")
    return FetchFailed(reason, permanent=gone)
