"""The commands for knowledge bases, `gradient-async kb`."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.text import Text

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.confirmation import require_confirmation
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import create_console, show_status, write_note
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.knowledge_base_details import write_base
from gradient_async.cli.listings.chunks import CHUNKS
from gradient_async.cli.listings.knowledge_bases import (
    KNOWLEDGE_BASE_DETAILS,
    KNOWLEDGE_BASES,
    NamedBase,
)
from gradient_async.cli.rows import Row, iterate, raise_for_failures, read_rows
from gradient_async.cli.selection import find_base, find_base_uuid
from gradient_async.cli.source_options import SourceOptions
from gradient_async.cli.upload_progress import upload_files
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError, NotFoundError, UnknownNameError
from gradient_async.models import (
    FileUploadDataSource,
    KnowledgeBase,
    Model,
    NewDataSource,
    RetrievedChunk,
)
from gradient_async.paging import Paginator
from gradient_async.printable import printable

_NO_SOURCES: Final = SourceOptions()


async def list_bases(
    *,
    details: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    List knowledge bases.

    Args:
        details: Also fetch the state of each database and the name of the embedding
            model, which takes one request more for each knowledge base.
        output: How to write the list.
        connection: Which accounts to list.
    """
    listing = KNOWLEDGE_BASE_DETAILS if details else KNOWLEDGE_BASES
    async with connection.open() as chosen:
        stream = chosen.stream(
            lambda client: client.knowledge_bases.list(), on_error="collect"
        )
        async with (
            aclosing(read_rows(stream)) as rows,
            aclosing(_add_names(rows, chosen if details else None)) as named,
        ):
            await output.write(named, listing, accounts=connection.names_of(chosen))
        raise_for_failures(stream)


async def _add_names(
    rows: AsyncGenerator[Row[KnowledgeBase], None], chosen: accounts.Accounts | None
) -> AsyncGenerator[Row[NamedBase], None]:
    """Yield knowledge bases, fetched anew with their details if there are accounts."""
    models: dict[str, dict[str, str]] = {}
    async for account, base in rows:
        if chosen is None:
            yield Row(account, NamedBase(base))
            continue
        client = chosen[account]
        if account not in models:
            models[account] = {it.uuid: it.name async for it in _models_of(client)}
        try:
            found = await client.knowledge_bases.get(base.uuid)
        except NotFoundError:
            # It was deleted meanwhile.
            continue
        name = models[account].get(found.embedding_model_uuid, "")
        yield Row(account, NamedBase(found, name))


def _models_of(client: Client) -> Paginator[Model]:
    return client.models.list(usecases=["knowledgebase"])


async def get_base(
    knowledge_base: str,
    /,
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Show a knowledge base: its database, its model and its data sources.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        output: How to write it.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        await _show(client, uuid, output)


async def _show(client: Client, uuid: str, output: OutputOptions) -> None:
    base = await client.knowledge_bases.get(uuid)
    names = {it.uuid: it.name async for it in _models_of(client)}
    named = NamedBase(base, names.get(base.embedding_model_uuid, ""))
    if output.is_for_people:
        write_base(named, await client.data_sources.list(uuid).collect())
    else:
        await output.write_one(named, KNOWLEDGE_BASE_DETAILS)


async def create_base(
    name: str,
    /,
    *,
    model: str,
    region: str,
    project: str | None = None,
    tags: Annotated[
        tuple[str, ...], Parameter(name="--tag", negative=(), show_default=False)
    ] = (),
    files: Annotated[
        tuple[Path, ...],
        Parameter(name="--file", negative=(), show_default=False, group="Data sources"),
    ] = (),
    uploaded: Annotated[
        Path | None, Parameter(name="--uploaded", group="Data sources")
    ] = None,
    sources: SourceOptions = _NO_SOURCES,
    wait: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Create a knowledge base, and show it.

    Args:
        name: Name of the knowledge base.
        model: Name or id of the embedding model; an unknown one lists those there are.
        region: Region to create it in, such as `tor1`.
        project: Id of the project to assign it to.
        tags: Tag to find it by. Repeat the option for several.
        files: Upload this file, and index it. Repeat the option for several.
        uploaded: Index the files that `gradient-async sources upload -o jsonl` wrote
            to this file.
        sources: What to index.
        wait: Wait until its database is ready, which takes 3 to 10 minutes.
        output: How to write the knowledge base.
        connection: The account to create it in.
    """
    given = [*sources.read(), *_read_uploads(uploaded)]
    async with connection.open_one() as client:
        model_uuid = await _find_model(client, model)
        given += await upload_files(client, files)
        base = await client.knowledge_bases.create(
            name,
            embedding_model_uuid=model_uuid,
            region=region,
            project_id=project,
            tags=tags,
            data_sources=[
                NewDataSource(it, chunking_algorithm=sources.chunking) for it in given
            ],
        )
        if wait:
            write_note(f"created {base.uuid}")
            with show_status("waiting for the database, which takes 3 to 10 minutes"):
                await client.knowledge_bases.wait_until_online(base.uuid)
        await _show(client, base.uuid, output)


def _read_uploads(path: Path | None) -> list[FileUploadDataSource]:
    """Return the files in the JSON lines of `sources upload`."""
    if path is None:
        return []
    shown = printable(str(path))
    try:
        lines = path.read_bytes().splitlines()
        return [_to_upload(line) for line in lines]
    except OSError as error:
        problem = error.strerror
    except msgspec.MsgspecError:
        problem = "not what `gradient-async sources upload -o jsonl` writes"
    msg = f"cannot read {shown}: {problem}"
    raise ConfigurationError(msg)


class _Upload(msgspec.Struct):
    original_file_name: str
    size_in_bytes: int
    stored_object_key: str


def _to_upload(line: bytes) -> FileUploadDataSource:
    return FileUploadDataSource(
        **msgspec.structs.asdict(msgspec.json.decode(line, type=_Upload))
    )


async def _find_model(client: Client, text: str) -> str:
    """
    Return the id of the embedding model with this name or id.

    Raises:
        UnknownNameError: There is none; the message has the names of all.
    """
    models = await _models_of(client).collect()
    for model in models:
        if text in {model.uuid, model.name, model.id}:
            return model.uuid
    names = ", ".join(printable(model.name) for model in models)
    msg = f"there is no embedding model {printable(text)!r}; there are: {names}"
    raise UnknownNameError(msg, name=text)


async def delete_base(
    knowledge_base: str,
    /,
    *,
    yes: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Delete a knowledge base, with its data sources and its schedule.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        yes: Do not ask whether to delete it.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        base = await find_base(client, knowledge_base)
        what = f"{base.name} ({base.uuid})"
        require_confirmation(f"delete the knowledge base {what}", yes=yes)
        await client.knowledge_bases.delete(base.uuid)
        write_note(f"deleted {what}")


async def search_base(
    knowledge_base: str,
    query: str,
    /,
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = 10,
    alpha: Annotated[float | None, Parameter(validator=Number(gte=0, lte=1))] = None,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Search a knowledge base, and show the chunks that fit best.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        query: What to search for.
        limit: Maximum number of chunks.
        alpha: From 0, by keywords alone, to 1, by meaning alone.
        output: How to write the chunks.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        result = await client.knowledge_bases.retrieve(
            uuid, query, num_results=limit, alpha=alpha
        )
    if output.is_for_people and result.results:
        for number, chunk in enumerate(result.results, 1):
            write_chunk(number, chunk)
    else:
        await output.write(iterate(result.results), CHUNKS)


def write_chunk(number: int, chunk: RetrievedChunk) -> None:
    """Write a chunk for people to read: its metadata, then its text."""
    facts = ", ".join(f"{name}: {value}" for name, value in chunk.metadata.items())
    text = Text(f"{number}. {printable(facts)}", style="bold")
    for line in chunk.text_content.splitlines():
        text.append(f"\n   {printable(line)}", style="not bold")
    create_console(sys.stdout).print(text, soft_wrap=True)
