"""Addresses in a sentence: links, domains, e-mail addresses, markup.

A reply may only hold those its sources hold: a link that came from nowhere can lead a customer to
somebody else's page, or carry what the model has seen to somebody else's server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s<>()\[\]\"']+|\bwww\.[^\s<>()\[\]\"']+", re.IGNORECASE)
_TARGET = re.compile(r"\]\(\s*([^)\s]*)")
_TAG = re.compile(r"<\s*[a-zA-Z/!][^<>]*>?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# "Sentence.Next" is a missing space: what follows the last dot of a domain is in lower case
_DOMAIN = re.compile(r"(?<![\w@.-])(?:[\w-]+\.)+[a-z]{2,24}(?![\w@-])(?:/[^\s<>()\[\]\"']*)?")
_ENDS = ".,;:!?…"


def addresses(text: str) -> frozenset[str]:
    """Every link, domain, e-mail address and tag in ``text``, as written, in lower case."""
    found = {match.group() for pattern in (_LINK, _MAIL, _DOMAIN) for match in pattern.finditer(text)}
    found |= {match.group(1) for match in _TARGET.finditer(text)}
    found |= {match.group() for match in _TAG.finditer(text)}
    return frozenset(each.rstrip(_ENDS).lower() for each in found if each.rstrip(_ENDS))


def plain_domains(text: str) -> frozenset[str]:
    """Domains and e-mail addresses without a path: a customer's own site, named by the customer."""
    return frozenset(each for each in addresses(text) if "/" not in each and not each.startswith("<"))


def all_known(text: str, *, sources: Iterable[str], own: frozenset[str]) -> bool:
    """Whether each address in ``text`` stands in one of ``sources``, or is one of ``own``."""
    wanted = addresses(text) - own
    if not wanted:
        return True
    given = "\n".join(sources).lower()
    return all(each in given for each in wanted)
