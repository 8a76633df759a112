"""What answers are called, as one more example of each: "card_arrival" says much about its questions."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats
from core.classifiers.featurizing import Featurizer
from core.classifiers.kind import Question
from core.llm import Embedder

_RIGHT = 0.5  # names that alone put fewer of the examples right mislead more than they help
_ABOVE_CHANCE = 1.5
_TELLING = ("one_of", "many_of")  # yes, no and numbers on a scale are no examples of anything
_KEPT = 2_048
_WORD_EDGE = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W]+")

_vectors: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
_lock = Lock()


def named_examples(
    question: Question, answers: Sequence[str], *, featurizer: Featurizer, rows: Floats, wanted: Floats
) -> Floats | None:
    """A row for the name of each answer, where names mean something; otherwise None.

    They do when the name nearest to an example is right for at least half of the examples.

    Args:
        rows: of the examples, shape ``(examples, dimensions)``.
        wanted: shape ``(examples, answers)``.

    Raises:
        ProviderError: the embedding service failed.
    """
    if question.kind not in _TELLING:
        return None
    names = _embed([_WORD_EDGE.sub(" ", answer).strip().lower() for answer in answers], featurizer.embedder)
    nearest = (rows[:, : names.shape[1]] @ names.T).argmax(axis=1)
    answered = wanted.any(axis=1)
    right = float(wanted[np.arange(len(wanted)), nearest][answered].mean())
    if right < max(_RIGHT, _ABOVE_CHANCE / len(answers)):
        return None
    # A name is about the meaning only: how examples are spelled is not known from it.
    return np.hstack([names, np.zeros((len(names), rows.shape[1] - names.shape[1]), dtype=np.float32)])


def _embed(names: Sequence[str], embedder: Embedder) -> Floats:
    """Vectors of names; those of the last 2,048 are kept, for a classifier is fitted many times over."""
    keys = [(embedder.name, name) for name in names]
    with _lock:
        found = {key: _vectors[key] for key in keys if key in _vectors}
    missing = [key for key in dict.fromkeys(keys) if key not in found]
    made = dict(zip(missing, embedder.embed([name for _, name in missing]), strict=True)) if missing else {}
    with _lock:
        _vectors.update(made)
        while len(_vectors) > _KEPT:
            _vectors.popitem(last=False)
    found |= made
    return np.stack([found[key] for key in keys])
