"""Cases as files: our own format and those of other tools."""

# In this order a file is asked whether it is one of theirs.
from core.evals.formats.ratchet import read_ratchet  # isort: skip
from core.evals.formats.openai_evals import read_openai_evals  # isort: skip
from core.evals.formats.inspect_samples import read_inspect  # isort: skip
from core.evals.formats.inspect_logs import read_inspect_log  # isort: skip
from core.evals.formats.promptfoo import read_promptfoo  # isort: skip
from core.evals.formats.table import read_table  # isort: skip
from core.evals.formats.exporting import CaseFile, export_case_file
from core.evals.formats.importing import CaseImport, Imported, import_case_file
from core.evals.formats.record import CaseRecord, Problem, ReadOptions, WriteOptions
from core.evals.formats.registry import (
    CaseFormat,
    case_format,
    case_formats,
    get_case_format,
    guess_case_format,
)

__all__ = [
    "CaseFile",
    "CaseFormat",
    "CaseImport",
    "CaseRecord",
    "Imported",
    "Problem",
    "ReadOptions",
    "WriteOptions",
    "case_format",
    "case_formats",
    "export_case_file",
    "get_case_format",
    "guess_case_format",
    "import_case_file",
    "read_inspect",
    "read_inspect_log",
    "read_openai_evals",
    "read_promptfoo",
    "read_ratchet",
    "read_table",
]
