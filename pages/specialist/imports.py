"""Imports: choose a file, look at what it holds, watch it being imported, see what was left out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import streamlit as st

from core.errors import InvalidInput
from core.identity import Actor, Permission
from core.surfaces import (
    FIELDS,
    PERMISSIONS,
    REQUIRED,
    ImportOptions,
    ImportRun,
    What,
    article_format,
    article_formats,
    conversation_format,
    conversation_formats,
    dropped,
    dropped_path,
    guess_article_format,
    guess_columns,
    guess_conversation_format,
    import_runs,
    keep_upload,
    table_head,
)
from pages.process import get_process
from pages.specialist import import_preview
from pages.widgets.shell import require_page, run_action
from pages.widgets.style import page_style

actor = require_page(Permission.KNOWLEDGE_IMPORT)
page_style("page")

_NO_FIELD = "(not imported)"
_CHUNK = 1 << 20


def show(actor: Actor) -> None:
    """The import that runs or has ended, else the form for a new one."""
    st.title("Imports")
    run = import_runs().latest(actor)
    if run is None:
        _show_form(actor)
    elif run.running:
        st.fragment(_watch, run_every=1)(run)
    else:
        _show_end(actor, run)


def _show_form(actor: Actor) -> None:
    may = [what for what in PERMISSIONS if actor.can(PERMISSIONS[what])]
    what: What = st.segmented_control(
        "Import", may, default=may[0], required=True, format_func=str.capitalize, key="import_what"
    )
    try:
        path = _choose_file()
        if path is None:
            st.caption("Importing the same file again is safe: only what is new is added.")
            return
        format, options = _choose_options(what, path)
    except InvalidInput as error:
        st.error(str(error))
        return
    with st.container(horizontal=True):
        if st.button("Import", type="primary", key="import_start"):
            started = run_action(lambda: _start(actor, what, path, format, options))
            if started is not None:
                st.rerun()
        look = st.button("Preview", key="import_preview")
    if look:
        import_preview.show(what, path, format, options)


def _choose_file() -> Path | None:
    home = get_process().settings.home
    uploaded = st.file_uploader("File", key="import_upload")
    if uploaded is not None:
        known = st.session_state.get("import_uploaded")
        if known is None or known[0] != uploaded.file_id or not known[1].exists():
            chunks = iter(lambda: uploaded.read(_CHUNK), b"")
            uploaded.seek(0)
            known = (uploaded.file_id, keep_upload(chunks, name=uploaded.name, home=home))
            st.session_state["import_uploaded"] = known
        path: Path = known[1]
        return path
    waiting = dropped(home)
    if not waiting:
        st.caption("Larger files and folders: put them into the folder `imports` of the server's home.")
        return None
    name = st.selectbox(
        "Or from the server's imports folder", waiting, index=None, placeholder="Choose", key="import_dropped"
    )
    return None if name is None else dropped_path(name, home=home)


def _choose_options(what: What, path: Path) -> tuple[str, ImportOptions]:
    formats = conversation_formats() if what == "conversations" else article_formats()
    names = [entry.name for entry in formats]
    labels = {entry.name: entry.label for entry in formats}
    left, middle, right = st.columns(3)
    format = left.selectbox(
        "Format",
        names,
        index=_guess(what, path, names),
        format_func=lambda name: labels[name],
        placeholder="Choose",
        key=f"import_format_{what}_{path.name}",
    )
    source = middle.text_input(
        "Source", value="import", max_chars=64, help="Where the data comes from. Ids are unique within it."
    )
    zones = ["UTC", *sorted(available_timezones() - {"UTC"})]
    zone = right.selectbox("Time zone of dates that name none", zones, key="import_zone")
    if format is None:
        st.info("The file's name does not tell its format: choose one.")
        st.stop()
    chosen = conversation_format(format) if what == "conversations" else article_format(format)
    with st.expander("What the file must look like"):
        st.markdown(chosen.schema)
    columns = _map_columns(path) if format == "csv" else {}
    ours: tuple[str, ...] = ()
    if format == "mbox":
        typed = st.text_input(
            "Our own addresses", placeholder="help@example.org, @example.org", key="import_ours"
        )
        ours = tuple(part.strip() for part in typed.split(",") if part.strip())
    options = ImportOptions(
        source=source.strip(), columns=columns, support_addresses=ours, zone=ZoneInfo(zone or "UTC")
    )
    return format, options


def _guess(what: What, path: Path, names: list[str]) -> int | None:
    guess = guess_conversation_format if what == "conversations" else guess_article_format
    try:
        return names.index(guess(path))
    except InvalidInput:
        return None


def _map_columns(path: Path) -> dict[str, str]:
    """One choice a column, guessed, above the first rows of the table."""
    names, rows = table_head(path)
    guessed = guess_columns(names)
    choices = [_NO_FIELD, *FIELDS]
    chosen: dict[str, str] = {}
    cells = st.columns(min(4, len(names)))
    for position, name in enumerate(names):
        field = cells[position % len(cells)].selectbox(
            name or f"(column {position + 1})",
            choices,
            index=choices.index(guessed.get(name, _NO_FIELD)),
            format_func=lambda field: f"{field} *" if field in REQUIRED else field,
            key=f"import_column_{path.name}_{position}",
        )
        if field not in (None, _NO_FIELD):
            chosen[name] = field
    width = max([len(names), *(len(row) for row in rows)])
    titles = [
        f"{position + 1}. {name}" for position, name in enumerate([*names, *[""] * (width - len(names))])
    ]
    st.dataframe([dict(zip(titles, row, strict=False)) for row in rows], hide_index=True)
    missing = [field for field in REQUIRED if field not in chosen.values()]
    if missing:
        raise InvalidInput(f"Choose a column for: {', '.join(missing)}.")
    return chosen


def _start(actor: Actor, what: What, path: Path, format: str, options: ImportOptions) -> ImportRun:
    uploaded = path.parent.parent.name == "uploads"
    return import_runs().start(
        actor,
        what,
        path,
        database=get_process().database,
        options=options,
        format=format,
        rejects_path=path.parent / "rejects.jsonl" if uploaded else None,
    )


def _watch(run: ImportRun) -> None:
    """Redrawn each second by its fragment, on whatever visit to the page."""
    if not run.running:
        st.rerun()
    progress = run.progress
    with st.status(f"Importing {run.name}", expanded=True):
        if progress is None:
            st.progress(0.0, text="Reading")
            return
        text = f"{progress.stored:,} stored"
        if progress.rejected:
            text += f", {progress.rejected:,} rejected"
        st.progress(progress.fraction, text=text)
        st.caption("It goes on when you leave this page.")


def _show_end(actor: Actor, run: ImportRun) -> None:
    if run.error:
        st.error(f"{run.name}: {run.error}")
    summary = run.summary
    if summary is not None:
        st.subheader(f"{run.name} is imported" if not summary.rejected else f"{run.name} is imported in part")
        figures = {"New": summary.new, "Updated": summary.updated, "Unchanged": summary.unchanged}
        if summary.what == "conversations":
            figures["Messages added"] = summary.messages
        figures["Rejected"] = summary.rejected
        for cell, (label, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
            cell.metric(label, f"{value:,}", border=True)
        if summary.what == "articles" and summary.new + summary.updated:
            st.caption("Search by words works now; search by meaning follows in the background.")
        if summary.remarked:
            with st.expander(f"{summary.remarked:,} remarks"):
                st.dataframe([asdict(remark) for remark in summary.remarks], hide_index=True)
        import_preview.show_rejects(summary.rejects, total=summary.rejected)
        if summary.rejects_path is not None and summary.rejects_path.exists():
            st.download_button(
                "Download the rejects",
                summary.rejects_path.read_bytes,
                file_name=f"{run.name}.rejects.jsonl",
                mime="application/jsonl",
                on_click="ignore",
            )
    if st.button("Import another file", key="import_again"):
        import_runs().forget(actor)
        for key in [key for key in st.session_state if str(key).startswith("import_")]:
            del st.session_state[key]
        st.rerun()


show(actor)
