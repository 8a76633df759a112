"""Floor 6: in and out. Importers (:mod:`core.surfaces.importers`), mail, delivery of replies."""

from core.surfaces.delivery import deliver_due

__all__ = ["deliver_due"]
