"""The commands for data sources, `gradient-async sources`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from gradient_async.cli.confirmation import require_confirmation
from gradient_async.cli.connection import DEFAULT_CONNECTION, Connection
from gradient_async.cli.console import write_note
from gradient_async.cli.formats.options import DEFAULT_OUTPUT, OutputOptions
from gradient_async.cli.listings.data_sources import DATA_SOURCES, UPLOADS, locate
from gradient_async.cli.rows import iterate
from gradient_async.cli.selection import find, find_base_uuid
from gradient_async.cli.source_options import SourceOptions
from gradient_async.cli.upload_progress import upload_files
from gradient_async.errors import ConfigurationError

_NO_SOURCES: Final = SourceOptions()


async def list_sources(
    knowledge_base: str,
    /,
    *,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    List the data sources of a knowledge base, and how they were indexed last.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        output: How to write the list.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        sources = await client.data_sources.list(uuid).collect()
        await output.write(iterate(sources), DATA_SOURCES)


async def add_sources(
    knowledge_base: str,
    /,
    *,
    sources: SourceOptions = _NO_SOURCES,
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Add data sources to a knowledge base; `gradient-async index` then indexes them.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        sources: What to add.
        output: How to write the data sources that were added.
        connection: The account of the knowledge base.
    """
    given = list(sources.read())
    if not given:
        msg = "name what to add: --url or --bucket"
        raise ConfigurationError(msg)
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        added = [
            await client.data_sources.create(
                uuid, source, chunking_algorithm=sources.chunking
            )
            for source in given
        ]
    await output.write(iterate(added), DATA_SOURCES)


async def upload(
    *files: Annotated[Path, Parameter(show_default=False)],
    output: OutputOptions = DEFAULT_OUTPUT,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Upload files for a new knowledge base.

    The API takes uploaded files only when it creates a knowledge base: write them
    with `-o jsonl` to a file, and pass it to `gradient-async kb create --uploaded`.

    Args:
        files: Paths of files.
        output: How to write what was uploaded.
        connection: The account to upload to.
    """
    if not files:
        msg = "name the files to upload"
        raise ConfigurationError(msg)
    async with connection.open_one() as client:
        uploaded = await upload_files(client, files)
    await output.write(iterate(uploaded), UPLOADS)


async def remove_source(
    knowledge_base: str,
    source: str,
    /,
    *,
    yes: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    connection: Connection = DEFAULT_CONNECTION,
) -> None:
    """
    Remove a data source from a knowledge base.

    Args:
        knowledge_base: Name or id of the knowledge base, or the start of its id.
        source: Id of the data source, the start of its id, or its location: its URL,
            file, folder or bucket as in `gradient-async sources list`.
        yes: Do not ask whether to remove it.
        connection: The account of the knowledge base.
    """
    async with connection.open_one() as client:
        uuid = await find_base_uuid(client, knowledge_base)
        sources = client.data_sources.list(uuid)
        found = await find(
            sources, source, "data source", name=lambda it: locate(it.source)
        )
        what = f"{locate(found.source)} ({found.uuid})"
        require_confirmation(f"remove the data source {what}", yes=yes)
        await client.data_sources.delete(uuid, found.uuid)
        write_note(f"removed {what}")
