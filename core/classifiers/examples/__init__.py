"""The kind "examples": a linear model on the numbers of a text, learned from examples with answers."""

from core.classifiers.examples.learning import ExamplesKind
from core.classifiers.examples.model import ExamplesModel

__all__ = ["ExamplesKind", "ExamplesModel"]
