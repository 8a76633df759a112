"""A typed line as words, quoted texts, patterns, numbers and signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.classifiers.rules.problems import Wrong

TokenKind = Literal["word", "text", "pattern", "number", "sign", "comment", "end"]

_WORD = re.compile(r"\w(?:[\w.\-+&’']|/(?=\w))*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIGN = re.compile(r"[(),]|[<>]=?|[=≤≥]")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)+)/")
_CLOSING = {'"': '"', "“": "”“", "„": "“”", "«": "»", "»": "«", "'": "'", "‘": "’", "‚": "‘"}


@dataclass(frozen=True, slots=True)
class Token:
    """``value``: a quoted text without its quotes, a pattern without its strokes, else as typed."""

    kind: TokenKind
    value: str
    column: int
    """1-based."""

    @property
    def shown(self) -> str:
        """The token in an error message."""
        return {"end": "the end of the line", "text": f"the text “{self.value}”"}.get(
            self.kind, f"“{self.value}”"
        )


def scan(line: str) -> list[Token]:
    """The tokens of a line, an "end" last.

    Raises:
        Wrong: a quotation mark or stroke is not closed, or a sign has no meaning.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(line):
        character = line[at]
        if character.isspace():
            at += 1
        elif character == "#":
            tokens.append(Token("comment", line[at + 1 :].strip(), at + 1))
            at = len(line)
        elif character in _CLOSING:
            value, end = _quoted(line, at)
            tokens.append(Token("text", value, at + 1))
            at = end
        else:
            token, at = _plain(line, at)
            tokens.append(token)
    tokens.append(Token("end", "", len(line) + 1))
    return tokens


def is_word(text: str) -> bool:
    """Whether the text needs no quotation marks."""
    return _WORD.fullmatch(text) is not None


def _plain(line: str, at: int) -> tuple[Token, int]:
    if line[at] == "/":
        pattern = _PATTERN.match(line, at)
        if pattern is None:
            raise Wrong(at + 1, "the pattern that begins here needs a second / at its end.")
        return Token("pattern", pattern[1], at + 1), pattern.end()
    if sign := _SIGN.match(line, at):
        return Token("sign", sign[0], at + 1), sign.end()
    if word := _WORD.match(line, at):
        kind: TokenKind = "number" if _NUMBER.fullmatch(word[0]) else "word"
        return Token(kind, word[0], at + 1), word.end()
    raise Wrong(at + 1, f"“{line[at]}” means nothing here. Put words to look for in quotation marks.")


def _quoted(line: str, at: int) -> tuple[str, int]:
    """The text between quotation marks, and where it ends. ``\\"`` and ``\\\\`` stand for themselves."""
    closing = _CLOSING[line[at]]
    value: list[str] = []
    place = at + 1
    while place < len(line):
        character = line[place]
        if character == "\\" and place + 1 < len(line) and line[place + 1] in f"\\{closing}":
            value.append(line[place + 1])
            place += 2
        elif character in closing:
            return "".join(value), place + 1
        else:
            value.append(character)
            place += 1
    raise Wrong(at + 1, f"the text that begins here needs a closing {closing[0]} at its end.")
