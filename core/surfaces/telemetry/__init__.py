"""Telemetry: traces, judgements and grades as OpenTelemetry, into a file or to an endpoint."""

from core.surfaces.telemetry.destinations import (
    Destination,
    EndpointDestination,
    FileDestination,
    NotSent,
    Refused,
)
from core.surfaces.telemetry.evaluating import (
    ExportedEvaluations,
    evaluation_address,
    export_evaluations,
    export_evaluations_due,
)
from core.surfaces.telemetry.exporting import Exported, export_due, export_telemetry

__all__ = [
    "Destination",
    "EndpointDestination",
    "Exported",
    "ExportedEvaluations",
    "FileDestination",
    "NotSent",
    "Refused",
    "evaluation_address",
    "export_due",
    "export_evaluations",
    "export_evaluations_due",
    "export_telemetry",
]
