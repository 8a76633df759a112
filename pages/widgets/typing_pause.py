"""Text areas whose words reach the server while somebody still writes."""

from __future__ import annotations

from pages.widgets.components import register

_MILLISECONDS = 900

_commit_typing = register("commit_typing", '<div class="typing"></div>')


def commit_while_typing(within: str) -> None:
    """Commit the text areas inside the container with this key after each pause in typing.

    Streamlit commits them only when they lose the focus. Draw it outside that container.
    """
    _commit_typing(key=f"typing_{within}", data={"within": within, "milliseconds": _MILLISECONDS})
