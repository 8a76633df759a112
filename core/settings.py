"""Settings, read once from the environment (prefix ``RATCHET_``) or a ``.env`` file."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything an operator can choose. Each field is ``RATCHET_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="RATCHET_", env_file=".env", extra="ignore")

    environment: Literal["development", "production"] = Field(
        "development",
        description="`production` refuses sample people, a missing secret and plain-HTTP cookies.",
    )
    home: Path = Field(
        ROOT / "data" / "local",
        description="Folder for run-time state: database, secret, attachments, delivered mail.",
    )
    database_url: str = Field(
        "",
        description="SQLAlchemy URL. Empty: SQLite at `home`/ratchet.sqlite. "
        "Postgres: `postgresql+psycopg://user:password@host/name`.",
    )
    durable_commits: bool = Field(
        False,
        description="SQLite only: `synchronous=FULL`, so a commit also survives power loss.",
    )
    secret: SecretStr = Field(
        SecretStr(""),
        description="Signs the audit chain and masks. Required in production (32+ characters); "
        "otherwise made once in `home`/secret.",
    )
    organisation: str = Field("Halyard", description="Name used in greetings, sign-offs and the header.")
    session_hours: int = Field(12, ge=1, le=24 * 30, description="Hours until a sign-in ends by itself.")
    model_provider: Literal["offline", "openai", "compatible"] = Field(
        "offline", description="Who writes drafts: no model service, OpenAI, or a compatible server."
    )
    model_name: str = Field("", description="Model of the provider; required unless `offline`.")
    model_base_url: str = Field("", description="Base URL of a compatible server, ending in `/v1`.")
    model_api_key: SecretStr = Field(
        SecretStr(""), description="Key for the provider; falls back to OPENAI_API_KEY."
    )
    model_api: Literal["responses", "chat_completions"] = Field(
        "responses",
        description="Which OpenAI endpoint to speak; compatible servers often need chat_completions.",
    )
    model_servers: str = Field(
        "",
        description="Further servers, by base URL and separated by commas, whose models people may propose "
        "and try: they get the key and masked texts. Those on this machine may always be tried.",
    )
    model_timeout_seconds: float = Field(60, gt=0, description="Seconds one model call may take.")
    model_concurrency: int = Field(8, ge=1, description="Model calls in flight at once in this process.")
    model_price_input: float = Field(0, ge=0, description="USD per million input tokens, for the cost shown.")
    model_price_output: float = Field(0, ge=0, description="USD per million output tokens.")
    embedder: Literal["minilm", "openai"] = Field(
        "minilm", description="Makes vectors: all-MiniLM-L6-v2 on this machine, or OpenAI."
    )
    embedding_model: str = Field("text-embedding-3-small", description="Model when `embedder` is `openai`.")
    delivery: Literal["local", "webhook"] = Field(
        "local", description="Where sent replies go: `home`/delivered, or an HTTP endpoint."
    )
    delivery_url: str = Field("", description="Endpoint for `webhook` delivery.")
    back_office: Literal["halyard", "none"] = Field(
        "halyard",
        description="System behind refunds, invoices and plans: the sample company's (never in "
        "production), or `none`; your own are added under Connections.",
    )
    action_timeout_seconds: float = Field(
        10, gt=0, le=120, description="Seconds a connected system may take to answer."
    )
    trace_text: bool = Field(
        True, description="Keep what went in and came out of each step, masked, beside its timing."
    )
    trace_text_days: int = Field(30, ge=0, description="Days until that text is removed. Timings stay.")
    trace_endpoint: str = Field(
        "", description="OTLP/HTTP address that traces are sent to, ending in `/v1/traces`. Empty: none."
    )
    evaluation_endpoint: str = Field(
        "",
        description="OTLP/HTTP address that grades are sent to as evaluation events, ending in `/v1/logs`. "
        "Empty: that of `trace_endpoint` with `/v1/logs`; `none`: nowhere.",
    )
    undo_send_seconds: float = Field(
        5, ge=0, le=600, description="Seconds a sent reply waits, so that its author can take it back."
    )
    watch_days: int = Field(
        7, ge=1, le=60, description="Days that production scores are watched after a release."
    )

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.home / 'ratchet.sqlite'}"

    @property
    def production(self) -> bool:
        return self.environment == "production"

    def signing_key(self) -> bytes:
        """The secret as bytes; made once in ``home``/secret outside production.

        Raises:
            ConfigurationError: in production with no secret, or one shorter than 32 characters.
        """
        value = self.secret.get_secret_value()
        if value and (len(value) >= 32 or not self.production):
            return value.encode()
        if self.production:
            raise ConfigurationError(
                "RATCHET_SECRET is missing or shorter than 32 characters. Set it to a long random "
                "value (for example the output of `openssl rand -hex 32`) and start again."
            )
        return _stored_secret(self.home / "secret")


def _stored_secret(path: Path) -> bytes:
    if path.exists():
        return path.read_text().strip().encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    candidate = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    candidate.touch(mode=0o600)
    candidate.write_text(secrets.token_hex(32))
    try:
        path.hardlink_to(candidate)  # fails if another process was first: then theirs counts
    except FileExistsError:
        pass
    finally:
        candidate.unlink()
    return path.read_text().strip().encode()


@cache
def get_settings() -> Settings:
    """The process-wide settings. Tests call ``get_settings.cache_clear()`` after changing them."""
    return Settings()
