"""The settings: environment variables with the prefix JIEYOU_ (a .env file works too), read once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "JIEYOU_"
TELEGRAM = "https://api.telegram.org"


class BadSettings(Exception):
    """A setting that cannot be used; the text says which and what to do."""


class Settings(BaseSettings):
    """Every setting of design section 6. Secrets are shown nowhere."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    city: Path = Field(Path("city"), description="the city folder")
    data: Path = Field(Path("data"), description="folder of photos, pictures and the SQLite database")
    database: str = Field("", description="sqlite:///FILE or postgresql://...; default: jieyou.db under DATA")
    listen: str = Field("", description="host:port of the web side; not set: none")
    public_url: str = Field("", description="the address under which the web side is reached from outside")
    speed: float = Field(1.0, gt=0, le=86_400, description="hastens the clock; for the demo only")
    font: Path | None = Field(None, description="a font file for pictures")
    telegram_token: SecretStr = Field(SecretStr(""), description="the bot's token")
    telegram_api: str = Field(TELEGRAM, description="base of the Bot API server, before /bot")
    telegram_webhook: bool = Field(False, description="1: webhook at PUBLIC_URL instead of polling")
    telegram_secret: SecretStr = Field(SecretStr(""), description="what the webhook must carry; default: made and kept")
    log: Literal["text", "json"] = Field("text", description="form of the log")

    @field_validator("listen")
    @classmethod
    def _address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdigit() and 0 <= int(port) < 65536):
            raise ValueError("must be host:port, for example 127.0.0.1:8080")
        return value

    @field_validator("telegram_secret")
    @classmethod
    def _header(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
            raise ValueError("must have at most 256 characters of A-Z a-z 0-9 _ -")
        return value

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.data / 'jieyou.db').absolute()}"

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of the web side."""
        host, _, port = self.listen.rpartition(":")
        return (host.strip("[]"), int(port)) if self.listen else None


class _Given(Settings):
    """The same, from a mapping that is passed in and from nowhere else."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from a mapping of JIEYOU_ variables; None: the process's environment and .env.

    Raises BadSettings with one sentence a setting."""
    try:
        if environment is None:
            return Settings()
        given = {k.removeprefix(PREFIX).lower(): v for k, v in environment.items() if k.startswith(PREFIX)}
        return _Given(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadSettings("; ".join(_sentence(problem) for problem in error.errors())) from None


def _sentence(problem: Any) -> str:
    """Names the variable and what is wrong, never its value: it may be a secret."""
    name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
    return f"{name}: {str(problem['msg']).removeprefix('Value error, ')}"
