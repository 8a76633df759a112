"""Floor 2: traces. What each agent run did, step by step, and how long it took."""

from core.traces.reading import STATUSES, SpanView, TraceView, list_traces, read_trace
from core.traces.recorder import Recorder
from core.traces.recording import RunTrace, install, new_trace_id, recording
from core.traces.steps import Step, step
from core.traces.tables import Span, SpanText, TelemetrySent, Trace
from core.traces.upkeep import LEASE, purge_texts, sweep

__all__ = [
    "LEASE",
    "STATUSES",
    "Recorder",
    "RunTrace",
    "Span",
    "SpanText",
    "SpanView",
    "Step",
    "TelemetrySent",
    "Trace",
    "TraceView",
    "install",
    "list_traces",
    "new_trace_id",
    "purge_texts",
    "read_trace",
    "recording",
    "step",
    "sweep",
]
