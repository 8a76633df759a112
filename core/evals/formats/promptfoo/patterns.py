"""Regular expressions between Python, which grades here, and JavaScript, which promptfoo is written in.

JavaScript's short classes know ASCII only, and promptfoo gives no flags, so word characters and digits are
written out: exact for Latin, Greek and Cyrillic, and all letters of other scripts count as well.
"""

from __future__ import annotations

import re

_WORD = r"0-9A-Z_a-z\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u03ff\u0400-\u0481\u048a-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff\uff21-\uff3a\uff41-\uff5a"  # fmt: skip  # noqa: E501
_BOUNDARY = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_NO_BOUNDARY = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_SAME = frozenset("dDsSnrtfv0") | frozenset(r".^$*+?()[]{}|/\-")
_SPECIAL = frozenset(r".^$*+?()[]{}|/\-")


def to_javascript(pattern: str) -> str | None:
    """The same expression in JavaScript; None where it has none."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    made: list[str] = []
    in_class = False
    position = 0
    while position < len(pattern):
        rest = pattern[position:]
        taken, given = _piece(rest, in_class)
        if given is None:
            return None
        if rest[0] == "[" and not in_class:
            in_class = True
        elif rest[0] == "]" and in_class:
            in_class = False
        made.append(given)
        position += taken
    return "".join(made)


def to_python(pattern: str) -> str | None:
    """The same expression in Python; None where it has none."""
    made = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
    made = re.sub(r"\\k<(\w+)>", r"(?P=\1)", made)
    try:
        re.compile(made)
    except (re.error, RecursionError, OverflowError):
        return None
    return made


def either_case(text: str) -> str:
    """A JavaScript expression for exactly these words in upper or lower case."""
    made = []
    for each in text:
        cases = sorted({each, *(case for case in (each.lower(), each.upper()) if len(case) == 1)})
        if len(cases) > 1:
            made.append(f"[{''.join(cases)}]")
        else:
            made.append(f"\\{each}" if each in _SPECIAL else each)
    return "".join(made)


def _piece(rest: str, in_class: bool) -> tuple[int, str | None]:
    """How many characters the next piece has, and how JavaScript writes it."""
    first = rest[0]
    if first == "\\":
        return _escape(rest, in_class)
    if in_class:
        # what Python warns of today may mean a set operation tomorrow
        return (
            (1, None)
            if rest.startswith(("[:", "--", "&&", "~~", "||"))
            else (1, "\\[" if first == "[" else first)
        )
    if first == "[":
        if rest.startswith(("[]", "[^]")):  # a bracket that stands first is one of the characters
            size = 3 if rest[1] == "^" else 2
            return size, rest[: size - 1] + "\\]"
        return (2, "[^") if rest.startswith("[^") else (1, "[")
    if first == "$":
        return 1, "(?=\\n?$)"
    if rest.startswith("(?"):
        return _group(rest)
    if re.match(r"[*+?}]\+", rest):  # possessive
        return 1, None
    return 1, first


def _escape(rest: str, in_class: bool) -> tuple[int, str | None]:
    following = rest[1:2]
    if following == "w":
        return 2, _WORD if in_class else f"[{_WORD}]"
    if following == "W":
        return 2, None if in_class else f"[^{_WORD}]"
    if following == "b":
        return 2, "\\b" if in_class else _BOUNDARY
    if following == "B":
        return 2, _NO_BOUNDARY
    if following in ("A", "Z"):
        return 2, "^" if following == "A" else "$"
    if following in ("x", "u"):
        size = 4 if following == "x" else 6
        return size, rest[:size]
    if following.isdigit():
        number = re.match(r"\\(\d{1,2})", rest)
        return (len(number[0]), number[0]) if number and not number[1].startswith("0") else (2, None)
    if following in _SAME:
        return 2, rest[:2]
    if following.isascii() and following.isalnum():
        return 2, None
    return 2, following


def _group(rest: str) -> tuple[int, str | None]:
    for opening in ("(?:", "(?=", "(?!", "(?<=", "(?<!"):
        if rest.startswith(opening):
            return len(opening), opening
    if (named := re.match(r"\(\?P<(\w+)>", rest)) is not None:
        return len(named[0]), f"(?<{named[1]}>"
    if (again := re.match(r"\(\?P=(\w+)\)", rest)) is not None:
        return len(again[0]), f"\\k<{again[1]}>"
    return 2, None
