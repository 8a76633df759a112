"""streamlit-authenticator's sign-in form, with our own check behind it and none of its cookies.

Its cookie is a self-contained token: a copy of it still works after signing out. Here the form
only asks; :mod:`core.identity` answers, and the session lives in the database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit_authenticator import Authenticate

Check = Callable[[str, str], bool]


class PasswordForm(Authenticate):  # type: ignore[misc]
    """Draw it with ``login(fields=...)``; ``check(username, password)`` runs when it is submitted."""

    def __init__(self, check: Check) -> None:
        self.path = None
        self.attrs = {"login_sleep_time": 0}  # it waits for its cookie; there is none
        self.cookie_controller = _NoCookie()
        self.authentication_controller = _Checks(check)


class _NoCookie:
    def get_cookie(self) -> None:
        return None

    def set_cookie(self) -> None:
        return None


class _Checks:
    def __init__(self, check: Check) -> None:
        self._check = check

    def login(self, username: str = "", password: str = "", *_limits: Any, **_options: Any) -> bool:
        return self._check(username, password)
