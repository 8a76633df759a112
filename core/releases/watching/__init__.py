"""Whether production scores hold after a release."""

from core.releases.watching.watching import close_watch, watch_releases

__all__ = ["close_watch", "watch_releases"]
