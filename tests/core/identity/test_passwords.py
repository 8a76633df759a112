"""Passwords: rules, the bcrypt limit, and equal work."""

from __future__ import annotations

import subprocess
import sys
from unittest.mock import patch

import bcrypt
import pytest

from core.errors import InvalidInput
from core.identity.passwords import check_rules, hash_password, matches
from core.settings import ROOT


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "at least 10 characters"),
        ("", "at least 10 characters"),
        ("rosa.lindqvist", "must not be the username"),
        ("ROSA.Lindqvist", "must not be the username"),
        ("a" * 73, "73 bytes long; at most 72"),
        ("ü" * 40, "80 bytes long; at most 72"),
        ("aaaaaaaaaaaa", "repeats the same"),
        ("long enough\x00but", "cannot be typed"),
        ("long enough \ud800", "cannot be typed"),
    ],
)
def test_a_bad_password_is_refused_with_its_reason(password: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        check_rules(password, username="rosa.lindqvist")


@pytest.mark.parametrize(
    "password", ["a calm long password", "密码钥" * 8, "x1z" * 24, "pass word with spaces "]
)
def test_a_good_password_matches_itself_only(password: str) -> None:
    hashed = hash_password(password, username="rosa")
    assert matches(password, hashed)
    assert not matches(password + "!", hashed)
    assert not matches(password.upper() + "x", hashed)


def test_a_longer_password_with_the_same_first_72_bytes_does_not_match() -> None:
    password = "abc" * 24
    assert not matches(password + "c", hash_password(password, username="rosa"))


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000, "a calm long password"])
def test_nobody_has_a_password(password: str) -> None:
    assert not matches(password, None)


def test_nobody_costs_as_much_work_as_somebody() -> None:
    hashed = hash_password("a calm long password", username="rosa")
    matches("warm up", None)
    costs = []
    for stored in (hashed, None):
        with patch.object(bcrypt, "checkpw", wraps=bcrypt.checkpw) as check:
            matches("another password", stored)
        assert check.call_count == 1
        costs.append(check.call_args.args[1].split(b"$")[2])
    assert costs[0] == costs[1]


def test_outside_tests_a_hash_takes_its_time() -> None:
    program = "from core.identity.passwords import hash_password as h; print(h('calm words', username='x'))"
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert made.stdout.startswith("$2b$12$")


def test_hashes_are_those_of_streamlit_authenticator() -> None:
    hasher = pytest.importorskip("streamlit_authenticator.utilities.hasher").Hasher
    assert hasher.check_pw("a calm long password", hash_password("a calm long password", username="rosa"))
    assert matches("a calm long password", hasher.hash("a calm long password"))
