"""The states of a run and of its results."""

PLANNED, RUNNING, STOPPING, STOPPED = "planned", "running", "stopping", "stopped"
FINISHED, FAILED = "finished", "failed"

ACTIVE = (PLANNED, RUNNING, STOPPING)
"""Somebody works on the run, or soon will."""
RESUMABLE = (STOPPED, FAILED)

WAITING, ASKED, ANSWERED, DONE, ERROR = "waiting", "running", "answered", "done", "error"
"""Of a result: nobody has it; it is being asked; its output is kept; it is graded; there is no answer."""
OPEN = (WAITING, ASKED, ANSWERED)
"""Results that something has to be done for."""
HELD = (ASKED, ANSWERED)
"""Results that somebody may have in hand."""

PROVIDER, ACCESS, MALFORMED, CASE, LOST = "provider", "access", "malformed", "case", "lost"
"""Kinds of errors: the model failed; it takes no request at all; its answer cannot be used; the case cannot
be asked; whoever asked it died again and again."""
