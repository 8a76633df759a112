"""promptfoo's configuration files: read as cases, and written so that promptfoo itself runs them."""

from core.evals.formats.promptfoo.reading import read_promptfoo
from core.evals.formats.promptfoo.writing import write_promptfoo

__all__ = ["read_promptfoo", "write_promptfoo"]
