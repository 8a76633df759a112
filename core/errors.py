"""The exceptions Ratchet raises on purpose.

Every message is written for the person who caused it: what is wrong and what to do.
A page or the command line shows ``str(error)`` as it is; anything that is not a
``RatchetError`` is a defect.
"""


class RatchetError(Exception):
    """Base of every deliberate failure."""


class InvalidInput(RatchetError):
    """What was given cannot be accepted; the message says what to change."""


class NotFound(RatchetError):
    """The thing asked for does not exist, or is not visible to this person."""


class PermissionDenied(RatchetError):
    """The signed-in person may not do this."""


class Conflict(RatchetError):
    """Somebody or something else got there first; nothing was changed."""


class ConfigurationError(RatchetError):
    """A setting is missing or contradicts another; the message names it."""


class ProviderError(RatchetError):
    """A model or embedding provider failed after the retries it was due."""
