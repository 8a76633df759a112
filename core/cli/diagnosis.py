"""What an installation needs, looked at one by one. Changes nothing that matters."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import RatchetError

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings

_LITTLE_DISK = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """``ok``: True, False, or None for something worth knowing. ``fix`` says what to do."""

    name: str
    ok: bool | None
    found: str
    fix: str = ""


def diagnose() -> list[Finding]:
    """Every check, in the order in which a fix of one may settle the next."""
    from pydantic import ValidationError

    from core.settings import get_settings

    try:
        settings = get_settings()
    except ValidationError as error:
        return [
            Finding(
                "settings",
                False,
                f"RATCHET_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}",
                "Correct it in the environment or in the file .env; pages and commands cannot start before.",
            )
            for problem in error.errors()
        ]
    findings = [Finding("settings", True, f"{settings.environment}, home {settings.home}")]
    findings += _secret(settings)
    findings += _disk(settings)
    findings += _database(settings)
    findings += _model(settings)
    findings += _embedder(settings)
    return findings


def _secret(settings: Settings) -> Iterator[Finding]:
    try:
        settings.signing_key()
    except (RatchetError, OSError) as error:
        yield Finding("secret", False, str(error), "Set RATCHET_SECRET (`openssl rand -hex 32` makes one).")
        return
    given = bool(settings.secret.get_secret_value())
    yield Finding("secret", True, "given by RATCHET_SECRET" if given else f"in {settings.home / 'secret'}")


def _disk(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / f".doctor-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        fix = "Make the folder writable for this user, or set RATCHET_HOME to another."
        yield Finding("disk", False, f"{home} cannot be written: {error.strerror or error}", fix)
        return
    free = shutil.disk_usage(home).free
    found = f"{free / 1e9:.1f} GB free at {home}"
    yield Finding(
        "disk", None if free < _LITTLE_DISK else True, found, "Make room." if free < _LITTLE_DISK else ""
    )


def _database(settings: Settings) -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from core.database import migrate, open_database

    unreachable = "Check that the folder exists and is writable, and that no other program holds the file."
    try:
        database = open_database(settings)
    except OSError as error:
        yield Finding("database", False, _line(error), unreachable)
        return
    except (SQLAlchemyError, ImportError) as error:
        fix = "Write RATCHET_DATABASE_URL like postgresql+psycopg://user:password@host/name, or unset it."
        yield Finding("database", False, _line(error), fix)
        return
    shown = database.url.render_as_string(hide_password=True)
    try:
        revision = migrate(database)
        yield Finding("database", True, f"{shown} at revision {revision}")
        yield from _contents(database, settings)
    except (SQLAlchemyError, OSError) as error:
        fix = (
            unreachable
            if database.is_sqlite
            else "Check that the server runs, the address is right, and the user may create tables."
        )
        yield Finding("database", False, f"{shown}: {_line(error)}", fix)
    except RatchetError as error:
        yield Finding("database", False, str(error))
    finally:
        database.dispose()


def _contents(database: Database, settings: Settings) -> Iterator[Finding]:
    from sqlalchemy import text

    from core import audit
    from core.identity import SYSTEM, check_production, list_people

    with database.transaction() as session:
        # Takes the write lock and changes nothing: shows that writing works.
        session.execute(text("UPDATE search_stamp SET passages = passages WHERE id = 1"))
    yield Finding("database writable", True, "a write was accepted")
    with database.reading() as session:
        people = sum(person.active for person in list_people(SYSTEM, session=session))
        yield (
            Finding("people", True, f"{people} can sign in")
            if people
            else Finding("people", None, "nobody can sign in yet", "`people add NAME --role admin`")
        )
        try:
            check_production(settings, session)
        except RatchetError as error:
            yield Finding("production", False, str(error))
        result = audit.verify(session=session)
    yield (
        Finding("audit", True, f"chain whole, {result.entries:,} entries")
        if result.ok
        else Finding(
            "audit",
            False,
            result.problem,
            "Compare with a backup; `verify-audit` names the entry. A changed secret shows here too.",
        )
    )


def _model(settings: Settings) -> Iterator[Finding]:
    provider = settings.model_provider
    if provider == "offline":
        yield Finding("model", True, "offline: drafts are made of cited sentences, no key is needed")
        return
    if not settings.model_name:
        yield Finding("model", False, f"{provider} without a model", "Set RATCHET_MODEL_NAME.")
        return
    key = settings.model_api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")
    if provider == "openai" and not key:
        yield Finding("model", False, "openai without a key", "Set RATCHET_MODEL_API_KEY or OPENAI_API_KEY.")
        return
    if provider == "compatible" and not settings.model_base_url:
        yield Finding("model", False, "compatible without an address", "Set RATCHET_MODEL_BASE_URL.")
        return
    yield _reach_model(settings, key)


def _reach_model(settings: Settings, key: str) -> Finding:
    import openai

    address = settings.model_base_url or None
    client = openai.OpenAI(api_key=key or "none", base_url=address, timeout=10, max_retries=0)
    name, where = settings.model_name, address or "OpenAI"
    started = time.monotonic()
    try:
        known = {model.id for model in client.models.list()}
    except openai.AuthenticationError:
        return Finding("model", False, f"{where} refuses the key", "Set another RATCHET_MODEL_API_KEY.")
    except openai.NotFoundError:
        return Finding(
            "model", None, f"{where} answers, but does not list its models: {name} was not checked"
        )
    except openai.OpenAIError as error:
        fix = "Check the address, the network and any proxy; drafts fail until it answers."
        return Finding("model", False, f"{where} cannot be reached: {_line(error)}", fix)
    finally:
        client.close()
    if name not in known:
        some = ", ".join(sorted(known)[:5])
        return Finding(
            "model", False, f"{where} does not know {name}", f"Set RATCHET_MODEL_NAME, e.g. {some}."
        )
    return Finding("model", True, f"{where} knows {name} ({time.monotonic() - started:.1f} s)")


def _embedder(settings: Settings) -> Iterator[Finding]:
    from core.llm import get_embedder

    started = time.monotonic()
    try:
        embedder = get_embedder(settings)
        length = len(embedder.embed(["a short text"])[0])
    except (RatchetError, OSError, ImportError, ValueError, RuntimeError) as error:
        fix = "Install requirements.txt again (it carries the weights), or set RATCHET_EMBEDDER=openai."
        yield Finding("embedder", False, _line(error), fix if settings.embedder == "minilm" else "")
        return
    yield Finding("embedder", True, f"{embedder.name}, {length} numbers ({time.monotonic() - started:.1f} s)")


def _line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0][:300]
