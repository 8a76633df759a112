"""Telemetry: traces and judgements as OpenTelemetry, into a file or to an endpoint."""

from core.surfaces.telemetry.destinations import (
    Destination,
    EndpointDestination,
    FileDestination,
    NotSent,
    Refused,
)
from core.surfaces.telemetry.exporting import Exported, export_due, export_telemetry

__all__ = [
    "Destination",
    "EndpointDestination",
    "Exported",
    "FileDestination",
    "NotSent",
    "Refused",
    "export_due",
    "export_telemetry",
]
