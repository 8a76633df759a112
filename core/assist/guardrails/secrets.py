"""Secrets in a reply: keys, passwords, card numbers, addresses of our own network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from core.assist.guardrails.reading import without_unseen
from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.texts import ReplyCheck
from core.assist.masking.detectors import find_cards, find_ibans, find_keys

_PLACEHOLDER = re.compile(
    r"your|dein|ihr|tu_|votre|<|\{|\*{3}|•|\.{3}|…|x{5,}|example(?:key)?$|placeholder|changeme", re.IGNORECASE
)
_SPOKEN_PASSWORD = re.compile(
    r"\b(?:password|passwort|kennwort|contraseña|mot de passe|passphrase|clave)\b(?: \w+){0,2}?"
    r"\s*(?:is|ist|lautet|es|est|:)[\s:]*[\"'`“„]?((?=[^\s\"'`”]*\d)[^\s\"'`”,;]{6,60})",
    re.IGNORECASE,
)
_MORE_KEYS = re.compile(r"(?<![A-Za-z0-9])(?:whsec|rk|pk|sk)_[A-Za-z0-9_]{12,}")
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+]{1,12}://([^\s:/@]{1,64}):([^\s:/@]{3,64})@[^\s/]+", re.IGNORECASE)
_INTERNAL_HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,6}(?:internal|local|corp|lan|intranet|localdomain|svc)(?![\w-]|"
    r"\.\w)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_PRIVATE = tuple(ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


@after(
    "secrets",
    title="Secret",
    severity="block",
    description="Keys, passwords, card numbers, bank accounts or internal hosts in a reply.",
)
def check(reply: ReplyCheck) -> Iterator[Flag]:
    """Secrets anywhere in the reply; the quote shows only how they begin."""
    text = without_unseen(reply.text)
    for what, value in find_secrets(text):
        yield Flag(f"The reply contains {what}.", f"{value[:9]}••••")


def find_secrets(text: str) -> Iterator[tuple[str, str]]:
    """What kind of secret, and the secret."""
    for finding in find_keys(text):
        value = text[finding.start : finding.end]
        if _is_key(value):
            yield "a key or a password", value
    for match in _MORE_KEYS.finditer(text):
        if _is_key(match.group()):
            yield "a key or a password", match.group()
    for match in _SPOKEN_PASSWORD.finditer(text):
        if not _PLACEHOLDER.search(match.group(1)):
            yield "a password", match.group(1)
    for match in _IN_ADDRESS.finditer(text):
        if not match.group(2).isupper() and not _PLACEHOLDER.search(match.group(2)):
            yield "a password in an address", match.group()
    for finding in (*find_cards(text), *find_ibans(text)):
        yield "a card number or a bank account", text[finding.start : finding.end]
    for match in _INTERNAL_HOST.finditer(text):
        yield "the name of an internal host", match.group()
    for match in _ADDRESS.finditer(text):
        if _is_private(match.group()):
            yield "an address of an internal network", match.group()


def _is_key(value: str) -> bool:
    """Whether it is a real secret: not a placeholder, a word after a colon, or a number in hexadecimal."""
    if "PRIVATE KEY" in value:
        return True
    if _PLACEHOLDER.search(value) or re.fullmatch(r"[0-9a-f]{7,64}", value):
        return False
    return any(character.isdigit() for character in value) and len(value) >= 8


def _is_private(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)
