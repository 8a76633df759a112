"""Floor 4: label queues, drawn by a strategy, judged by people, one item at a time."""

from core.labelling.answering import answer_item, skip_item, undo
from core.labelling.drawing import MAX_SIZE
from core.labelling.errors import LabelErrors, Suspect, find_label_errors
from core.labelling.exporting import export_labels
from core.labelling.formats import FORMATS
from core.labelling.holds import HOLD, sweep_holds
from core.labelling.importing import LabelImport, import_labels
from core.labelling.items import next_item
from core.labelling.labellers import list_labellers
from core.labelling.listing import list_queues, queue_progress
from core.labelling.near_duplicates import Labelled, NearDuplicate, find_near_duplicates
from core.labelling.queues import close_queue, create_queue, preview_queue, reopen_queue
from core.labelling.strategy import Parameter, Strategy, get_strategy, strategies
from core.labelling.subjects import find_subject
from core.labelling.tables import LabelAssignment, LabelItem, LabelQueue
from core.labelling.texts import conversations_of
from core.labelling.unknown_people import unknown_people
from core.labelling.views import (
    Design,
    ItemView,
    Preview,
    Progress,
    QueueView,
    Stratum,
    SubjectMessage,
    SubjectView,
)

__all__ = [
    "FORMATS",
    "HOLD",
    "MAX_SIZE",
    "Design",
    "ItemView",
    "LabelAssignment",
    "LabelErrors",
    "LabelImport",
    "LabelItem",
    "LabelQueue",
    "Labelled",
    "NearDuplicate",
    "Parameter",
    "Preview",
    "Progress",
    "QueueView",
    "Strategy",
    "Stratum",
    "SubjectMessage",
    "SubjectView",
    "Suspect",
    "answer_item",
    "close_queue",
    "conversations_of",
    "create_queue",
    "export_labels",
    "find_label_errors",
    "find_near_duplicates",
    "find_subject",
    "get_strategy",
    "import_labels",
    "list_labellers",
    "list_queues",
    "next_item",
    "preview_queue",
    "queue_progress",
    "reopen_queue",
    "skip_item",
    "strategies",
    "sweep_holds",
    "undo",
    "unknown_people",
]
