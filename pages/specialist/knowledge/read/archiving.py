"""Taking an article out of search is a change like any other: it is proposed."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.insights import what_depends_on
from core.knowledge import Article
from core.releases import propose_archive
from pages.process import get_process
from pages.specialist.knowledge import proposing
from pages.specialist.knowledge.read import dependents
from pages.widgets.style import escape


@st.dialog("Propose to archive", on_dismiss="rerun")
def archive_dialog(actor: Actor, article: Article) -> None:
    """Why it should go."""
    st.markdown(
        f"Drafts will no longer find **{escape(article.title)}**. Its versions stay for whoever cited them, "
        "and once it is archived its readers can be sent to another article."
    )
    with get_process().database.reading() as session:
        dependents.breaks(what_depends_on(actor, article.key, session=session))

    def propose(title: str, why: str, proposal_id: int | None) -> None:
        with get_process().database.transaction() as session:
            propose_archive(
                actor, article.key, session=session, title=title, why=why, proposal_id=proposal_id
            )

    proposing.ask(actor, key=f"archive_{article.key}", title=f"Archive: {article.title}", propose=propose)
