"""What a version of a prompt classifier holds: everything that is sent besides the texts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self, cast

from core.classifiers.prompt.options import Method
from core.classifiers.prompt.wording import Shown
from core.errors import InvalidInput

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Frozen:
    """The parts of a version that its criterion does not hold, examples masked.

    The model is one of them: another one, asked in the same words, is another classifier.
    """

    method: Method
    provider: str
    model: str
    batch: int
    instructions: str = ""
    shown: tuple[Shown, ...] = ()

    @property
    def texts_a_request(self) -> int:
        """The decisions endpoint takes one input a request."""
        return 1 if self.method == "decisions" else self.batch

    def dump(self) -> bytes:
        """As JSON, always the same bytes for the same version."""
        return json.dumps(
            {"format": _FORMAT, **asdict(self)}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()

    @classmethod
    def read(cls, stored: bytes) -> Self:
        """From what :meth:`dump` gave.

        Raises:
            InvalidInput: it is something else.
        """
        try:
            data = json.loads(stored)
            if data["format"] != _FORMAT or data["method"] not in ("structured", "decisions"):
                raise ValueError(data["format"])
            return cls(
                method=cast(Method, data["method"]),
                provider=str(data["provider"]),
                model=str(data["model"]),
                batch=int(data["batch"]),
                instructions=str(data["instructions"]),
                shown=tuple(Shown(**each) for each in data["shown"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                "What is stored of this prompt classifier cannot be read. Make a new version of it."
            ) from error
