"""Passwords: rules, hashes, and a check that takes as long for nobody as for somebody.

The hashes are those of streamlit-authenticator's ``Hasher`` (bcrypt, ``$2b$``). The class itself
is not used, because importing its package starts Streamlit, which ``core`` must not.
"""

from __future__ import annotations

from functools import cache

import bcrypt

from core.errors import InvalidInput

MINIMUM_LENGTH = 10
MAXIMUM_BYTES = 72
"""bcrypt reads no further, and since version 5 refuses longer input."""


def hash_password(password: str, *, username: str) -> str:
    """The bcrypt hash of an acceptable password. Takes about a quarter of a second, on purpose.

    Raises:
        InvalidInput: too short, too long, the username, or a single character repeated.
    """
    check_rules(password, username=username)
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def check_rules(password: str, *, username: str) -> None:
    """Refuse a password that is easy to guess or that bcrypt cannot hold.

    Raises:
        InvalidInput: says which rule is broken.
    """
    if len(password) < MINIMUM_LENGTH:
        raise InvalidInput(f"The password needs at least {MINIMUM_LENGTH} characters.")
    size = len(password.encode("utf-8", "replace"))
    if size > MAXIMUM_BYTES:
        raise InvalidInput(
            f"The password is {size} bytes long; at most {MAXIMUM_BYTES} bytes can be used "
            f"({MAXIMUM_BYTES} plain letters, fewer with accents or emoji). Choose a shorter one."
        )
    if "\x00" in password or password != password.encode("utf-8", "ignore").decode():
        raise InvalidInput("The password contains a character that cannot be typed. Choose another one.")
    if password.casefold() == username.casefold():
        raise InvalidInput("The password must not be the username.")
    if len(set(password)) < 3:
        raise InvalidInput("The password repeats the same characters. Choose a less predictable one.")


def matches(password: str, password_hash: str | None) -> bool:
    """Whether ``password`` is the one behind ``password_hash``.

    With ``None`` (nobody has that username) the same work is done and the answer is no, so the
    time an answer takes does not tell which usernames exist.
    """
    secret = password.encode("utf-8", "replace").replace(b"\x00", b"?")
    fits = len(secret) <= MAXIMUM_BYTES
    correct = bcrypt.checkpw(secret[:MAXIMUM_BYTES], (password_hash or _nobodys_hash()).encode())
    return correct and fits and password_hash is not None


@cache
def _nobodys_hash() -> str:
    return bcrypt.hashpw(bcrypt.gensalt(), bcrypt.gensalt()).decode()
