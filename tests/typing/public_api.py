"""Uses the public API as callers do: type checkers must infer the asserted types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never, assert_type

from gradient_async import (
    JSON,
    AccountChanges,
    AccountEvent,
    AccountEventKind,
    AccountItem,
    AccountReport,
    AccountResults,
    Accounts,
    AccountsError,
    AccountStream,
    AWSDataSource,
    AWSDataSourceDisplay,
    Changes,
    Checkpoint,
    Checkpoints,
    ChunkingAlgorithm,
    ChunkingOptions,
    Client,
    DatabaseStatus,
    DataSource,
    DropboxDataSource,
    DropboxDataSourceDisplay,
    Feed,
    FeedListener,
    FeedOptions,
    FileUploadDataSource,
    GoogleDriveDataSource,
    GoogleDriveDataSourceDisplay,
    GradientError,
    Health,
    IndexedDataSource,
    IndexingJob,
    IndexingJobFailedError,
    IndexingJobPhase,
    IndexingJobRunningError,
    IndexingJobStatus,
    IndexingJobTimeoutError,
    JobEvent,
    JobEventKind,
    JobFilters,
    JobListOptions,
    JobState,
    KnowledgeBase,
    KnowledgeBaseDataSource,
    Lagged,
    Model,
    ModelCatalogCard,
    ModelCatalogEntry,
    ModelRouter,
    ModelRouterPolicy,
    ModelUsecase,
    NewDataSource,
    OpenSearchPlanSize,
    Page,
    Paginator,
    Paging,
    Position,
    PresignedUpload,
    PresignedUrlFile,
    RateLimit,
    Region,
    RerankingConfiguration,
    RetrievalResult,
    RetryPolicy,
    ScheduledIndexing,
    SpacesDataSource,
    StatusError,
    StreamPosition,
    UnknownDataSource,
    UploadError,
    WebCrawlerDataSource,
    Window,
)
from gradient_async.accounts import Reaction


async def stream(client: Client) -> None:
    """Stream jobs, item by item and page by page."""
    jobs = client.iter_indexing_jobs(statuses=["failed"], max_items=10)
    assert_type(jobs, Paginator[IndexingJob])
    async for job in jobs:
        assert_type(job, IndexingJob)
    assert_type(jobs.pages(), AsyncIterator[Page[IndexingJob]])
    async for page in client.indexing_jobs.list().pages():
        assert_type(page.items, tuple[IndexingJob, ...])
        assert_type(page.total, int | None)
    assert_type(await jobs, Page[IndexingJob])
    assert_type(await jobs.collect(), list[IndexingJob])
    assert_type(jobs.position, Position)
    assert_type(jobs.total, int | None)


def list_with_options(client: Client, start: Position) -> None:
    """Pass every option of a list, by name or as a dictionary kept for later."""
    paging: Paging = {"max_items": 5, "per_page": 50, "prefetch": 1, "start": start}
    assert_type(client.models.list(**paging), Paginator[Model])
    assert_type(client.knowledge_bases.list(**paging), Paginator[KnowledgeBase])
    assert_type(
        client.data_sources.list("kb", **paging), Paginator[KnowledgeBaseDataSource]
    )
    filters: JobFilters = {
        "knowledge_base_uuid": "kb",
        "statuses": "failed",
        "phases": {IndexingJobPhase.ERROR},
        "created_after": None,
        "created_before": datetime.now(UTC),
    }
    assert_type(client.indexing_jobs.list(**filters), Paginator[IndexingJob])
    assert_type(client.iter_indexing_jobs(**paging), Paginator[IndexingJob])
    options: JobListOptions = {**filters, **paging}
    assert_type(client.iter_indexing_jobs(**options), Paginator[IndexingJob])


def misspell_options(client: Client) -> None:
    """Misspell an option, or pass one of another type: each is a type error."""
    client.knowledge_bases.list(max_item=5)  # type: ignore[call-arg]  # the claim
    client.data_sources.list("kb", page=1)  # type: ignore[call-arg]  # the claim
    client.models.list(usecase="agent")  # type: ignore[call-arg]  # the claim
    client.indexing_jobs.list(status="failed")  # type: ignore[call-arg]  # the claim
    client.iter_indexing_jobs(phase="error")  # type: ignore[call-arg]  # the claim
    client.iter_indexing_jobs(keep=None)  # type: ignore[call-arg]  # the claim
    client.models.list(max_items="5")  # type: ignore[arg-type]  # the claim
    client.iter_indexing_jobs(statuses=5)  # type: ignore[arg-type]  # the claim


async def read(client: Client) -> None:
    """Read one job."""
    job = await client.indexing_jobs.get("uuid")
    assert_type(job.status, IndexingJobStatus)
    assert_type(job.phase, IndexingJobPhase)
    assert_type(job.total_tokens, int)
    assert_type(job.created_at, datetime | None)
    assert_type(job.duration, timedelta | None)
    assert_type(job.failed_sources, tuple[IndexedDataSource, ...])
    assert_type(await client.request("GET", "/v2/gen-ai/agents"), JSON)


async def index(client: Client) -> None:
    """Start, watch and cancel jobs, and fetch their details."""
    jobs = client.indexing_jobs
    assert_type(await jobs.create("kb", data_source_uuids=["a"]), IndexingJob)
    assert_type(await jobs.cancel("uuid"), IndexingJob)
    assert_type(await jobs.list_for_knowledge_base("kb"), Page[IndexingJob])
    sources = await jobs.list_data_sources("uuid")
    assert_type(sources, tuple[IndexedDataSource, ...])
    assert_type(await jobs.get_details_url("uuid"), str)
    assert_type(jobs.watch("uuid", timeout=60), AsyncIterator[IndexingJob])
    assert_type(await jobs.wait("uuid", check=False), IndexingJob)
    assert_type(await jobs.wait_all({"a", "b"}), tuple[IndexingJob, ...])
    assert_type(jobs.as_completed(["a"]), AsyncIterator[IndexingJob])
    assert_type(await jobs.run("kb", cancel_on_timeout=True), IndexingJob)
    assert_type(await jobs.start_when_ready("kb", timeout=60), IndexingJob)


async def manage_knowledge_bases(client: Client) -> None:
    """Create, fetch, update and delete knowledge bases."""
    bases = client.knowledge_bases
    assert_type(bases.list(per_page=50), Paginator[KnowledgeBase])
    base = await bases.get("kb")
    assert_type(base, KnowledgeBase)
    assert_type(base.database_status, DatabaseStatus | None)
    assert_type(base.tags, tuple[str, ...])
    assert_type(base.reranking_config, RerankingConfiguration | None)
    assert_type(base.last_indexing_job, IndexingJob | None)
    made = await bases.create(
        "name",
        data_sources=[
            SpacesDataSource(bucket_name="bucket"),
            NewDataSource(DropboxDataSource(), chunking_options=ChunkingOptions()),
            await client.data_sources.upload("file.pdf"),
        ],
        tags=("one", "two"),
        size=OpenSearchPlanSize.SMALL,
    )
    assert_type(made, KnowledgeBase)
    chunked = NewDataSource(
        AWSDataSource(), chunking_algorithm=ChunkingAlgorithm.UNKNOWN
    )
    assert_type(chunked.chunking_algorithm, str | None)
    assert_type(chunked.chunking_options, ChunkingOptions | None)
    NewDataSource(AWSDataSource(), chunking_algorithm=None)
    NewDataSource(AWSDataSource(), chunking_algorithm="semantic")
    assert_type(await bases.create("name", size="small"), KnowledgeBase)
    assert_type(await bases.update("kb", tags=[]), KnowledgeBase)
    assert_type(await bases.find("handbook"), KnowledgeBase)
    assert_type(await bases.wait_until_online("kb", timeout=900), KnowledgeBase)
    found = await bases.retrieve(
        "kb",
        "refunds",
        alpha=0.5,
        filters={"must": [{"field": "page", "operator": "in", "value": [1, "b"]}]},
    )
    assert_type(found, RetrievalResult)
    assert_type(found.results[0].metadata, Mapping[str, object])
    await bases.retrieve("kb", "refunds", filters={"may": []})  # type: ignore[arg-type]  # the claim
    await bases.delete("kb")


async def route_models(client: Client) -> None:
    """Search the catalogue; create, change and delete routers."""
    routers, policy = client.model_routers, ModelRouterPolicy(task_slug="translation")
    models = client.model_catalog.list(search="llama", per_page=5)
    assert_type(models, Paginator[ModelCatalogEntry])
    assert_type(await client.model_catalog.get("a"), ModelCatalogCard)
    router = await routers.create("r", fallback_models=["m"], policies=[policy])
    assert_type(router, ModelRouter)
    assert_type(await routers.update("r", description="new"), ModelRouter)
    assert_type(routers.list(), Paginator[ModelRouter])
    await routers.delete("r")


async def misuse_routers(client: Client) -> None:
    """Misspelt keywords, wrong types and wrong fields of updates are type errors."""
    routers = client.model_routers
    client.model_catalog.list(serach="a")  # type: ignore[call-arg]  # the claim
    client.model_catalog.list(search=5)  # type: ignore[arg-type]  # the claim
    await routers.create("r")  # type: ignore[call-arg]  # the claim
    await routers.create("r", fallback_models=5)  # type: ignore[arg-type]  # the claim
    await routers.update("r", regions=["all"])  # type: ignore[call-arg]  # the claim
    await routers.update("r", policies=["a"])  # type: ignore[list-item]  # the claim
    await client.knowledge_bases.update("b", size="s")  # type: ignore[call-arg]  # the claim


async def manage_data_sources(client: Client) -> None:
    """List, create, update and delete data sources."""
    sources = client.data_sources
    assert_type(sources.list("kb"), Paginator[KnowledgeBaseDataSource])
    for source in (
        SpacesDataSource(),
        WebCrawlerDataSource(),
        AWSDataSource(),
    ):
        assert_type(await sources.create("kb", source), KnowledgeBaseDataSource)
    algorithm = ChunkingAlgorithm.SEMANTIC
    changed = await sources.update("kb", "a", chunking_algorithm=algorithm)
    assert_type(changed, KnowledgeBaseDataSource)
    assert_type(changed.source, DataSource)
    await sources.delete("kb", "a")


async def create_invalid_data_sources(client: Client) -> None:
    """Data sources that the API does not accept are type errors."""
    create = client.data_sources.create
    await create("kb", FileUploadDataSource())  # type: ignore[arg-type]  # the claim
    await create("kb", DropboxDataSource())  # type: ignore[arg-type]  # the claim
    await create("kb", GoogleDriveDataSource())  # type: ignore[arg-type]  # the claim
    await create("kb", AWSDataSourceDisplay())  # type: ignore[arg-type]  # the claim
    await create("kb", UnknownDataSource())  # type: ignore[arg-type]  # the claim
    NewDataSource(UnknownDataSource())  # type: ignore[arg-type]  # the claim


def name_source(source: DataSource) -> str:
    """Match every kind of data source."""
    match source:
        case SpacesDataSource() | AWSDataSourceDisplay():
            name = source.bucket_name
        case WebCrawlerDataSource(base_url=url):
            name = url
        case FileUploadDataSource():
            assert_type(source.size_in_bytes, int)
            name = source.original_file_name
        case DropboxDataSourceDisplay():
            name = source.folder
        case GoogleDriveDataSourceDisplay():
            name = source.folder_name
        case UnknownDataSource():
            name = "unknown"
        case _:
            assert_never(source)
    return name


def omit_a_kind(source: SpacesDataSource | UnknownDataSource) -> str:
    """Omitting a kind of data source is a type error."""
    match source:
        case SpacesDataSource():
            return source.bucket_name
        case _:
            assert_never(source)  # type: ignore[arg-type]  # the claim


async def upload(client: Client) -> None:
    """Upload files, with progress."""

    def show(sent: int, total: int) -> None: ...

    places = await client.data_sources.create_presigned_urls([PresignedUrlFile("a", 1)])
    assert_type(places, tuple[PresignedUpload, ...])
    source = await client.data_sources.upload(Path("a"), to=places[0], on_progress=show)
    assert_type(source, FileUploadDataSource)
    assert_type(places[0].expires_at, datetime | None)


async def schedule(client: Client) -> None:
    """Create, fetch and delete a schedule."""
    schedules = client.scheduled_indexing
    made = await schedules.create("kb", days=range(1, 6), time="06:30")
    assert_type(made, ScheduledIndexing)
    assert_type(made.days, tuple[int, ...])
    assert_type(await schedules.get("kb"), ScheduledIndexing)
    await schedules.delete(made.uuid)


async def list_models_and_regions(client: Client) -> None:
    """List models and regions."""
    models = client.models.list(usecases=[ModelUsecase.AGENT, "knowledgebase"])
    assert_type(models, Paginator[Model])
    async for model in models:
        assert_type(model.parameter_count, float)
        assert_type(model.benchmark_score, Mapping[str, object] | None)
    assert_type(await client.regions.list(serves_batch=True), tuple[Region, ...])


async def token() -> str:
    """Return a token."""
    return "token"


async def open_clients() -> None:
    """Open clients in every way."""
    async with Client() as client:
        assert_type(client, Client)
    Client(lambda: "token", rate_limit=RateLimit(None))
    Client(token, rate_limit=RateLimit([Window(25, 1.0)]), retry=RetryPolicy())


def read_error(error: StatusError) -> None:
    """Read the attributes of an error."""
    assert_type(error.status, int)
    assert_type(error.retry_after, float | None)
    assert_type(error.request_id, str | None)
    assert_type(error.elapsed, float)


def read_job_errors(
    failed: IndexingJobFailedError,
    late: IndexingJobTimeoutError,
    running: IndexingJobRunningError,
    upload: UploadError,
) -> None:
    """Read the attributes of errors about jobs and uploads."""
    assert_type(failed.job, IndexingJob)
    assert_type(failed.jobs, tuple[IndexingJob, ...])
    assert_type(late.jobs, tuple[IndexingJob, ...])
    assert_type(running.job, IndexingJob)
    assert_type(upload.sent_bytes, int)
    assert_type(upload.status, int | None)


async def changes(client: Client) -> None:
    """A pass yields events, whose kinds are a closed enum."""
    reading = client.indexing_jobs.changes(since=Checkpoint.load("jobs.json"))
    assert_type(reading, Changes)
    assert_type(reading.checkpoint, Checkpoint)
    async for event in reading:
        assert_type(event, JobEvent)
        assert_type(event.job, IndexingJob)
        assert_type(event.previous, JobState | None)
        match event.kind:
            case JobEventKind.APPEARED | JobEventKind.RUNNING:
                pass
            case JobEventKind.CHANGED | JobEventKind.ENDED:
                pass
            case other:
                assert_never(other)


async def read_many_accounts(tokens: Mapping[str, str], start: StreamPosition) -> None:
    """Stream over many accounts, as pairs of account and item."""
    async with Accounts(tokens, max_concurrency=8) as accounts:
        assert_type(accounts, Accounts)
        jobs = accounts.iter_indexing_jobs(
            order="newest", budget=3.0, statuses=["failed"], start=start
        )
        assert_type(jobs, AccountStream[IndexingJob])
        async for account, job in jobs:
            assert_type(account, str)
            assert_type(job, IndexingJob)
        assert_type(await jobs.collect(), list[AccountItem[IndexingJob]])
        assert_type(jobs.position, StreamPosition)
        assert_type(jobs.reports, Mapping[str, AccountReport])
        bases = accounts.stream(lambda client: client.knowledge_bases.list())
        assert_type(bases, AccountStream[KnowledgeBase])
        async for pair in bases:
            assert_type(pair.item, KnowledgeBase)


async def call_many_accounts(accounts: Accounts) -> None:
    """Make one call per account, and use accounts as a mapping."""
    results = await accounts.map(lambda client: client.regions.list())
    assert_type(results, AccountResults[tuple[Region, ...]])
    assert_type(results["acme"], tuple[Region, ...])
    assert_type(results.errors, Mapping[str, GradientError])
    assert_type(accounts["acme"], Client)
    assert_type(accounts.get("acme"), Client | None)
    assert_type(accounts.health(), dict[str, Health])
    assert_type(accounts.select(tags=["prod"]), Accounts)
    assert_type(accounts.with_options(timeout=5), Accounts)
    assert_type(accounts["acme"].with_options(timeout=5), Client)
    Accounts.from_env(timeout=5.0, refused_for=60.0)


def misuse_accounts(accounts: Accounts) -> None:
    """Misspell an option, or pass one of another type: each is a type error."""
    accounts.iter_indexing_jobs(order="oldest")  # type: ignore[arg-type]  # the claim
    accounts.iter_indexing_jobs(status="failed")  # type: ignore[call-arg]  # the claim
    accounts.with_options(tiemout=5)  # type: ignore[call-arg]  # the claim
    Accounts.from_env(token="t")  # type: ignore[call-arg]  # the claim
    accounts.add("acme", 5)  # type: ignore[arg-type]  # the claim


def decide(account: str, error: GradientError) -> Reaction:
    """Decide what to do when an account fails."""
    return "raise" if account == error.account else "collect"


async def read_accounts_errors(accounts: Accounts) -> None:
    """Handle the errors of many accounts, together or by their classes."""
    try:
        await accounts.iter_indexing_jobs(on_error=decide).collect()
    except AccountsError as error:
        assert_type(error.errors, Mapping[str, GradientError])
        assert_type(error.exceptions[0], GradientError | ExceptionGroup[GradientError])
    try:
        await accounts.map(lambda client: client.models.list())
    except* StatusError as group:
        assert_type(group, ExceptionGroup[StatusError])


async def follow(client: Client, accounts: Accounts) -> None:
    """Listen to feeds; every event is one of three kinds, or a heartbeat."""
    options: FeedOptions = {"interval": 5, "idle_interval": 60.0}
    assert_type(client.feed(**options), Feed)
    assert_type(client.indexing_jobs.feed(share=0.5), Feed)
    async with accounts.feed(queue_size=100) as feed:
        assert_type(feed, Feed)
        assert_type(feed.listeners, int)
        async with feed.listen(heartbeat=15) as listener:
            assert_type(listener, FeedListener)
        async for event in feed.listen():
            if event is None:
                continue
            assert_type(event.to_dict(), dict[str, JSON] | dict[str, object])
            assert_type(event.to_json(), str)
            match event:
                case JobEvent():
                    assert_type(event.key, str)
                case AccountEvent():
                    assert_type(event.kind, AccountEventKind)
                    assert_type(event.error, GradientError | None)
                case Lagged():
                    assert_type(event.count, int)
                    assert_type(event.uuids, tuple[str, ...])
                case other:
                    assert_never(other)


def misspell_feed_options(client: Client, accounts: Accounts) -> None:
    """Misspell an option of a feed: each is a type error."""
    client.feed(intervall=5)  # type: ignore[call-arg]  # the claim
    accounts.feed(heartbeat=5)  # type: ignore[call-arg]  # the claim


async def read_account_changes(accounts: Accounts) -> None:
    """A pass over accounts yields pairs, and has their checkpoints."""
    changes = accounts.changes(Checkpoints.load("jobs.json"), on_error="collect")
    assert_type(changes, AccountChanges)
    async for account, event in changes:
        assert_type(account, str)
        assert_type(event, JobEvent)
    assert_type(await changes.collect(), list[AccountItem[JobEvent]])
    assert_type(changes.checkpoints, Checkpoints)
    assert_type(changes.checkpoints["acme"], Checkpoint)
    accounts.changes({"acme": Checkpoint()})
