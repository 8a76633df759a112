"""The tokens of a line while they are being read."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from core.classifiers.rules.problems import Wrong
from core.classifiers.rules.scanning import Token


class Tokens:
    """A place in a line. Words are keywords whatever their case."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> Token:
        """The token to be read."""
        return self._tokens[self._place]

    @property
    def after(self) -> Token:
        """The token behind the next one."""
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        """Read one token; the end stays."""
        token = self.next
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def at(self, *words: str) -> bool:
        """Whether the next token is one of these words."""
        return self.next.kind == "word" and self.next.value.lower() in words

    def take(self, *words: str) -> bool:
        """Read these words if all of them come next."""
        here = [token.value.lower() if token.kind == "word" else "" for token in self._upcoming(len(words))]
        if here != list(words):
            return False
        self._place += len(words)
        return True

    def take_sign(self, sign: str) -> bool:
        """Read a sign if it comes next."""
        if self.next.kind != "sign" or self.next.value != sign:
            return False
        self.advance()
        return True

    def expect(self, word: str, what: str) -> None:
        """Read a word that must come next.

        Raises:
            Wrong: something else does; ``what`` says what was expected.
        """
        if not self.take(word):
            raise Wrong(self.next.column, f"expected {what}, found {self.next.shown}.")

    def expect_end(self, message: str) -> None:
        """Make sure that nothing is left.

        Raises:
            Wrong: something is.
        """
        if self.next.kind != "end":
            raise Wrong(self.next.column, f"{message}, found {self.next.shown}.")

    def meant(self, choices: Sequence[str]) -> str:
        """Did you mean one of these, or a list of them."""
        if close := get_close_matches(self.next.value.lower(), choices, n=1):
            return f"Did you mean “{close[0]}”?"
        return f"A condition begins with {', '.join(choices)}, not or a parenthesis."

    def _upcoming(self, count: int) -> Sequence[Token]:
        return self._tokens[self._place : self._place + count]
