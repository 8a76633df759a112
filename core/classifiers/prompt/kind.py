"""The kind: a language model answers the criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.classifiers.kind import Example, Features, Question, Services, kind
from core.classifiers.prompt.choosing import choose_examples
from core.classifiers.prompt.concealing import shown_examples
from core.classifiers.prompt.frozen import Frozen
from core.classifiers.prompt.model import PromptModel
from core.classifiers.prompt.options import Options, chosen_method, service_problems, setting_problems
from core.errors import InvalidInput
from core.settings import get_settings


@kind
class PromptKind:
    """See :class:`core.classifiers.Kind`. Each judgement is a request that costs money and takes a second."""

    name = "prompt"
    title = "Prompt"
    hint = (
        "A language model answers by the question's guidance and a few examples. Needs no labels to start; "
        "every text costs a little."
    )
    learns = False

    def problems(self, question: Question, settings: Mapping[str, Any]) -> list[str]:
        """See :meth:`core.classifiers.Kind.problems`; also that no model service is set up."""
        wrong = setting_problems(settings)
        if wrong:
            return wrong
        return service_problems(question, Options.of(settings).method, get_settings())

    def fit(
        self,
        question: Question,
        settings: Mapping[str, Any],
        examples: Sequence[Example],
        *,
        services: Services,
        features: Features | None = None,
    ) -> PromptModel:
        """Choose and mask the examples to show. Sends nothing.

        Raises:
            InvalidInput: a setting is wrong, or no model service is set up.
            ConfigurationError: personal data in the examples cannot be masked.
        """
        options = Options.of(settings)
        wrong = service_problems(question, options.method, services.settings)
        if wrong:
            raise InvalidInput(" ".join(wrong))
        chosen = choose_examples(question, examples, options, features)
        frozen = Frozen(
            method=chosen_method(question, options.method, services.settings),
            provider=services.settings.model_provider,
            model=services.settings.model_name,
            batch=options.batch,
            instructions=options.instructions,
            shown=shown_examples(question, chosen, services),
        )
        return PromptModel(question, frozen, services)

    def load(
        self,
        question: Question,
        settings: Mapping[str, Any],  # noqa: ARG002 - all of it is in the dump
        model: bytes,
        *,
        services: Services,
    ) -> PromptModel:
        """The version, with the model it was made with.

        Raises:
            InvalidInput: it cannot be read, or the installation asks another provider now.
        """
        frozen = Frozen.read(model)
        provider = services.settings.model_provider
        if provider != frozen.provider:
            raise InvalidInput(
                f"This version asks the model {frozen.model!r} of the provider {frozen.provider!r}, and "
                f"RATCHET_MODEL_PROVIDER is {provider!r} now. Set it back, or make a new version, which will "
                "have to be measured again."
            )
        return PromptModel(question, frozen, services)
