"""A model as bytes: plain arrays in npz, never pickled objects."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

import numpy as np

from core.classifiers.examples.familiarity import Neighbours, Scale
from core.classifiers.examples.linear import Linear
from core.classifiers.examples.model import Core, ExamplesModel
from core.classifiers.featurizing import Featurizer
from core.errors import InvalidInput

FORMAT = 2


def dump_model(model: ExamplesModel) -> bytes:
    """The arrays of a model, with a checksum of each (npz is a zip file)."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        format=np.int64(FORMAT),
        features=np.array(model.features),
        answers=np.int64(model.answers),
        many=np.bool_(model.core.many),
        temperature=np.float64(model.temperature),
        columns=model.core.columns,
        weights=model.core.linear.weights,
        constant=model.core.linear.constant,
        neighbours=model.core.neighbours.rows.astype(np.float16),
        starts=model.core.neighbours.starts,
        typical=model.core.typical,
        factors=model.scale.factors,
        known=model.scale.known,
    )
    return buffer.getvalue()


def load_model(stored: bytes, *, answers: int, featurizer: Featurizer) -> ExamplesModel:
    """The model that :func:`dump_model` wrote.

    Raises:
        InvalidInput: the bytes are damaged, of another format, or of a model that reads other numbers.
    """
    try:
        with np.load(io.BytesIO(stored), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = int(arrays["format"])
        if found != FORMAT:
            raise InvalidInput(
                f"This version was stored in format {found}, and this installation reads format {FORMAT}. "
                "Fit the classifier again to get a version that can be read."
            )
        model = _model(arrays, featurizer)
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise InvalidInput(
            "The stored model of this version is damaged and cannot be read. "
            "Go back to another version, or fit the classifier again."
        ) from error
    _check(model, arrays, answers)
    return model


def _model(arrays: dict[str, Any], featurizer: Featurizer) -> ExamplesModel:
    return ExamplesModel(
        featurizer=featurizer,
        core=Core(
            columns=arrays["columns"],
            linear=Linear(arrays["weights"], arrays["constant"]),
            neighbours=Neighbours.kept(arrays["neighbours"], arrays["starts"]),
            typical=arrays["typical"],
            many=bool(arrays["many"]),
        ),
        temperature=float(arrays["temperature"]),
        scale=Scale(arrays["factors"], arrays["known"]),
        answers=int(arrays["answers"]),
    )


def _check(model: ExamplesModel, arrays: dict[str, Any], answers: int) -> None:
    made_for = str(arrays["features"])
    if made_for != model.features:
        raise InvalidInput(
            f"This version reads the numbers of “{made_for}”, and this installation now makes those of "
            f"“{model.features}”. Set the embedder back, or fit the classifier again."
        )
    if model.answers != answers:
        raise InvalidInput(
            f"This version tells {model.answers} answers apart, and its question has {answers}. "
            "Fit the classifier again."
        )
