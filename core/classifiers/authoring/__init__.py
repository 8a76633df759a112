"""Writing classifiers: their work in progress, their examples, how good they would be, their versions."""

from core.classifiers.authoring.access import Desk, get_classifier, open_desk
from core.classifiers.authoring.adding import (
    MAX_TEXT,
    MOST_AT_ONCE,
    SOURCES,
    Added,
    Contradiction,
    NewExample,
    add_examples,
)
from core.classifiers.authoring.against import VersionComparison, compare_versions
from core.classifiers.authoring.candidates import Candidate, find_candidates
from core.classifiers.authoring.changing import ChangedMeanwhile, Difference, change_classifier
from core.classifiers.authoring.creating import archive_classifier, create_classifier, restore_classifier
from core.classifiers.authoring.editing import answer_example, hold_out, remove_example, restore_example
from core.classifiers.authoring.evaluating import measure_version
from core.classifiers.authoring.fitting import fit_version
from core.classifiers.authoring.listing import ClassifierSummary, list_classifiers
from core.classifiers.authoring.previewing import Measured, Preview, preview
from core.classifiers.authoring.reading import (
    ExampleCounts,
    ExamplePage,
    ExampleRow,
    count_examples,
    list_examples,
    read_examples,
)
from core.classifiers.authoring.scope import check_scope
from core.classifiers.authoring.sources import Taken, add_labels, add_many, add_subjects
from core.classifiers.authoring.suggesting import Suggestion, suggest_next
from core.classifiers.authoring.versions import default_version, get_version, list_versions
from core.classifiers.authoring.warnings import ExampleWarning, Named, find_warnings

__all__ = [
    "MAX_TEXT",
    "MOST_AT_ONCE",
    "SOURCES",
    "Added",
    "Candidate",
    "ChangedMeanwhile",
    "ClassifierSummary",
    "Contradiction",
    "Desk",
    "Difference",
    "ExampleCounts",
    "ExamplePage",
    "ExampleRow",
    "ExampleWarning",
    "Measured",
    "Named",
    "NewExample",
    "Preview",
    "Suggestion",
    "Taken",
    "VersionComparison",
    "add_examples",
    "add_labels",
    "add_many",
    "add_subjects",
    "answer_example",
    "archive_classifier",
    "change_classifier",
    "check_scope",
    "compare_versions",
    "count_examples",
    "create_classifier",
    "default_version",
    "find_candidates",
    "find_warnings",
    "fit_version",
    "get_classifier",
    "get_version",
    "hold_out",
    "list_classifiers",
    "list_examples",
    "list_versions",
    "measure_version",
    "open_desk",
    "preview",
    "read_examples",
    "remove_example",
    "restore_classifier",
    "restore_example",
    "suggest_next",
]
