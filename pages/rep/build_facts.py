"""Which build wrote a draft, in words, and what has changed since."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.errors import NotFound
from core.identity import Actor
from core.insights import TextOrigin
from core.releases import BuildDifference, BuildView, build_difference, read_build, standing_build
from core.releases import catalogue_digest as digest_of_actions
from pages.process import get_process
from pages.specialist.releases.links import page_link
from pages.widgets.style import escape
from pages.widgets.times import moment


def show(actor: Actor, origin: TextOrigin) -> None:
    """Draw both; the caller has checked that the person may see releases."""
    if not origin.build_id:
        st.info(
            "Nobody noted a build: a person wrote this, it is not finished, or it came from elsewhere.",
            icon=":material/info:",
        )
        return
    try:
        build, since = _read(actor, origin.build_id)
    except NotFound:
        st.info(
            f"Build {origin.build_id[:7]} is not known here: it was made in another system.",
            icon=":material/info:",
        )
        return
    _build(actor, build)
    st.markdown("**What has changed since**")
    if not since.parts:
        st.caption("Nothing: this build still writes the drafts.")
    for part in since.parts:
        if not part.articles:
            st.markdown(escape(part.words))
            continue
        for each in part.articles:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":material/article: {escape(each.title)}: {escape(each.words)}", width="stretch")
                page_link("knowledge", "Open article", ":material/open_in_new:", article=each.article_id)


def _read(actor: Actor, build_id: str) -> tuple[BuildView, BuildDifference]:
    process = get_process()
    actions = digest_of_actions(database=process.database, settings=process.settings)
    with process.database.reading() as session:
        build = read_build(actor, build_id, session=session)
        standing = standing_build(session=session, settings=process.settings, actions=actions, store=False)
        with suppress(NotFound):
            return build, build_difference(actor, build.id, standing.id, session=session)
    # what is in force is stored when the first draft is written with it, which is yet to come
    with process.database.transaction() as session:
        standing = standing_build(session=session, settings=process.settings, actions=actions)
        return build, build_difference(actor, build.id, standing.id, session=session)


def _build(actor: Actor, build: BuildView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        first = moment(build.made_at, actor.time_zone)
        if build.release is None:
            st.markdown(f"In force first on {first}, not by a release.", width="stretch")
        else:
            st.markdown(
                f"Brought about by **{escape(build.release.title)}**, "
                f"{moment(build.release.created_at, actor.time_zone)}.",
                width="stretch",
            )
            page_link("releases", "Releases", ":material/rocket_launch:", release=build.release.key)
    st.markdown("\n".join(f"- {escape(each)}" for each in build.words))
    st.caption(f"Build {build.short}")
