"""What is common to kinds that are all settings: no example teaches them, nothing is stored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from core.classifiers.kind import Example, Features, Model, Question, Services
from core.errors import InvalidInput


class UnlearnedModel:
    """A model that is made of its settings alone."""

    features = ""

    def dump(self) -> bytes:
        """Nothing: the settings are all."""
        return b""


class UnlearnedKind(ABC):
    """A kind whose models :meth:`read` makes, however they are asked for."""

    learns = False

    @abstractmethod
    def read(self, question: Question, settings: Mapping[str, Any]) -> Model:
        """The model of these settings.

        Raises:
            InvalidInput: something is wrong with them, a line each.
        """

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:
        """What is wrong with the settings, a line each."""
        try:
            self.read(question, settings)
        except InvalidInput as error:
            return str(error).splitlines()
        return []

    def fit(
        self,
        question: Question,
        settings: Mapping[str, Any],
        examples: Sequence[Example],  # noqa: ARG002
        *,
        services: Services,  # noqa: ARG002
        features: Features | None = None,  # noqa: ARG002
    ) -> Model:
        """The model as it is set.

        Raises:
            InvalidInput: something is wrong with the settings.
        """
        return self.read(question, settings)

    def load(
        self,
        question: Question,
        settings: Mapping[str, Any],
        model: bytes,  # noqa: ARG002
        *,
        services: Services,  # noqa: ARG002
    ) -> Model:
        """The model of a stored version.

        Raises:
            InvalidInput: what was fine then is not any more, such as a check that is gone.
        """
        return self.read(question, settings)
