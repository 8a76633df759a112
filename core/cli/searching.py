"""``search``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.context import AsJson, opened
from core.cli.output import emit, json_lines_out, read_json_lines, say
from core.errors import InvalidInput, RatchetError

if TYPE_CHECKING:
    from core.database import Database
    from core.knowledge import Hit
    from core.llm import Embedder
    from core.settings import Settings


def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    queries: Annotated[
        str | None,
        typer.Option("--queries", help='JSON lines {"id","query","locale"?}; - is standard input.'),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write results here, not to the output.")] = None,
    locale: Annotated[str | None, typer.Option("--locale", help="Prefer this language.")] = None,
    audience: Annotated[
        str | None, typer.Option("--audience", help="public or internal; default both.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="Results a query.")] = 10,
    lexical: Annotated[bool, typer.Option("--lexical", help="Words only, no vectors.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find passages: of one query, or of a file of queries (JSON lines in and out)."""
    if (query is None) == (queries is None):
        raise InvalidInput("Give either a query or --queries FILE.")
    if audience not in (None, "public", "internal"):
        raise InvalidInput("--audience must be public or internal.")
    with opened() as (database, settings):
        embedder = None if lexical else _embedder(database, settings)
        find = _finder(database, embedder, audience=audience, limit=limit)
        if queries is not None:
            failed = _batch(queries, find, locale=locale, out=out)
        else:
            failed = 0
            hits = find(query or "", locale)
            if as_json:
                emit({"query": query, "results": [_result(hit) for hit in hits]})
            else:
                _print(hits)
    if failed:
        say(f"error: {failed:,} queries could not be answered; see their `error`")
        raise typer.Exit(1)


def _finder(
    database: Database, embedder: Embedder | None, *, audience: str | None, limit: int
) -> Callable[[str, str | None], list[Hit]]:
    from core.knowledge import search as find

    def run(query: str, locale: str | None) -> list[Hit]:
        with database.reading() as session:
            found = find(
                query,
                session=session,
                embedder=embedder,
                locale=locale,
                audience=audience,
                limit=limit,
                per_article=1,  # a list of articles, each by its best passage
            )
            return list(found)

    return run


def _batch(
    queries: str, find: Callable[[str, str | None], list[Hit]], *, locale: str | None, out: Path | None
) -> int:
    """Answer each line; a bad one gets an ``error`` and the rest goes on. Returns the bad ones."""
    failed = 0
    with json_lines_out(out) as handle:
        for number, entry in read_json_lines(queries):
            answer: dict[str, Any] = {"line": number}
            try:
                if isinstance(entry, str):
                    raise InvalidInput(entry)
                answer = {"id": entry["id"]} if "id" in entry else answer
                text, language = _checked(entry)
                answer["results"] = [_result(hit) for hit in find(text, language or locale)]
            except RatchetError as error:
                failed += 1
                answer["error"] = str(error)
            handle.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return failed


def _checked(entry: dict[str, Any]) -> tuple[str, str | None]:
    if "id" not in entry:
        raise InvalidInput("id is missing")
    query, locale = entry.get("query"), entry.get("locale")
    if not isinstance(query, str) or not query.strip():
        raise InvalidInput("query must be a text that is not empty")
    if locale is not None and not isinstance(locale, str):
        raise InvalidInput("locale must be a text")
    return query, locale


def _embedder(database: Database, settings: Settings) -> Embedder | None:
    """The embedder, unless there is nothing its vectors could be compared with."""
    from core.knowledge import index_progress
    from core.llm import get_embedder

    embedder = get_embedder(settings)
    with database.reading() as session:
        progress = index_progress(session=session, embedder_name=embedder.name)
    if progress.passages and not progress.ready:
        say(
            f"{progress.embedded:,} of {progress.passages:,} passages have vectors: results are by words "
            "where they are missing. `worker` or `import articles --wait` makes them."
        )
    return embedder if progress.embedded else None


def _result(hit: Hit) -> dict[str, Any]:
    return {
        "article": hit.article_external_id,
        "version": hit.version_number,
        "title": hit.title,
        "passage": hit.text,
        "score": round(hit.score, 6),
    }


def _print(hits: list[Hit]) -> None:
    if not hits:
        typer.echo("nothing found")
    for hit in hits:
        marks = "" if hit.audience == "public" else "  [internal]"
        typer.echo(f"{hit.score:.2f}  {hit.heading_path or hit.title}  ({hit.article_external_id}){marks}")
        text = " ".join(hit.text.split())
        typer.echo(f"      {text[:200]}{'...' if len(text) > 200 else ''}")
