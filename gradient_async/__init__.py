"""
An asyncio client for DigitalOcean's Gradient AI platform.

    async with Client() as client:
        async for job in client.iter_indexing_jobs():
            print(job.uuid, job.status, job.total_tokens)
"""

from typing import TYPE_CHECKING, Final

from gradient_async.lazy import lazy_names
from gradient_async.version import __version__ as __version__

__all__ = [
    "JSON",
    "SSE_HEADERS",
    "AWSDataSource",
    "AWSDataSourceDisplay",
    "Account",
    "AccountChanges",
    "AccountEvent",
    "AccountEventKind",
    "AccountItem",
    "AccountReport",
    "AccountResults",
    "AccountStream",
    "Accounts",
    "AccountsError",
    "AccountsOptions",
    "AddableDataSource",
    "Agreement",
    "AiohttpTransport",
    "AmbiguousNameError",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "Call",
    "Changes",
    "Checkpoint",
    "Checkpoints",
    "ChunkingAlgorithm",
    "ChunkingOptions",
    "Client",
    "ClientClosedError",
    "CodeSnippets",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "CrawlingOption",
    "CustomTask",
    "DataSource",
    "DataSourceInput",
    "DatabaseFailedError",
    "DatabaseStatus",
    "DatabaseTimeoutError",
    "DeadlineExceededError",
    "DecodeError",
    "DropboxDataSource",
    "DropboxDataSourceDisplay",
    "Feed",
    "FeedEvent",
    "FeedListener",
    "FeedOptions",
    "FileUploadDataSource",
    "Gate",
    "GoogleDriveDataSource",
    "GoogleDriveDataSourceDisplay",
    "GradientError",
    "Health",
    "IndexedDataSource",
    "IndexedDataSourceStatus",
    "IndexingJob",
    "IndexingJobFailedError",
    "IndexingJobPhase",
    "IndexingJobRunningError",
    "IndexingJobStatus",
    "IndexingJobTimeoutError",
    "JobEvent",
    "JobEventKind",
    "JobFilters",
    "JobListOptions",
    "JobState",
    "KnowledgeBase",
    "KnowledgeBaseDataSource",
    "Lagged",
    "LeaseLostError",
    "Limits",
    "Model",
    "ModelBillingMode",
    "ModelCatalogCard",
    "ModelCatalogEntry",
    "ModelEndpoint",
    "ModelModalities",
    "ModelPricing",
    "ModelPricingDetail",
    "ModelPricingInterval",
    "ModelPricingTier",
    "ModelPricingVariant",
    "ModelProvider",
    "ModelRouter",
    "ModelRouterConfig",
    "ModelRouterPolicy",
    "ModelRouterPreset",
    "ModelRouterTaskPreset",
    "ModelScaledPricing",
    "ModelSelectionPolicy",
    "ModelSetting",
    "ModelUsecase",
    "ModelVersion",
    "NewDataSource",
    "NotFoundError",
    "OnAttempt",
    "OnCall",
    "OnProgress",
    "OpenSearchPlanSize",
    "OutcomeUnknownError",
    "Pacer",
    "Pacing",
    "PacingFactory",
    "Page",
    "PaginationError",
    "Paginator",
    "Paging",
    "PermissionDeniedError",
    "Position",
    "PresignedUpload",
    "PresignedUrlFile",
    "ProtocolError",
    "RateLimit",
    "RateLimitError",
    "RateLimitStatus",
    "Region",
    "ReportState",
    "RerankingConfiguration",
    "ResponseTooLargeError",
    "RetrievalCondition",
    "RetrievalFilters",
    "RetrievalResult",
    "RetrievedChunk",
    "RetryPolicy",
    "ScheduledIndexing",
    "ServerError",
    "SharedStoreError",
    "Slot",
    "SpacesDataSource",
    "StatusError",
    "StreamPosition",
    "TLSError",
    "Token",
    "TokenError",
    "TransportError",
    "UnexpectedRedirectError",
    "UnknownAccountError",
    "UnknownDataSource",
    "UnknownNameError",
    "UnprocessableEntityError",
    "UploadError",
    "Uploadable",
    "WebCrawlerDataSource",
    "Window",
    "format_sse",
]

_MODULES: Final = {
    "gradient_async.accounts": (
        "Account AccountChanges AccountItem AccountReport AccountResults AccountStream "
        "Accounts AccountsError AccountsOptions Checkpoints Health ReportState "
        "StreamPosition UnknownAccountError"
    ),
    "gradient_async.changes": (
        "AccountEvent AccountEventKind Changes Checkpoint Feed FeedEvent FeedListener "
        "FeedOptions JobEvent JobEventKind JobState Lagged SSE_HEADERS format_sse"
    ),
    "gradient_async.client": "Client",
    "gradient_async.codec": "JSON",
    "gradient_async.paging": "Page Paginator Paging Position",
    "gradient_async.resources.job_filter": "JobFilters JobListOptions",
    "gradient_async.resources.retrieval": "RetrievalCondition RetrievalFilters",
    "gradient_async.resources.source_bodies": "AddableDataSource",
    "gradient_async.transport.attempt": "Attempt OnAttempt",
    "gradient_async.transport.call": "Call OnCall",
    "gradient_async.transport.calls": "Gate",
    "gradient_async.transport.credentials": "Token",
    "gradient_async.transport.rate_limit_headers": "Limits",
    "gradient_async.transport.pacing": "Pacer Pacing PacingFactory Slot",
    "gradient_async.transport.retry": "RetryPolicy",
    "gradient_async.transport.session": "AiohttpTransport",
    "gradient_async.transport.sliding_log": "RateLimit Window",
    "gradient_async.transport.token_status": "RateLimitStatus",
    "gradient_async.transport.upload_content": "Uploadable",
    "gradient_async.transport.uploads": "OnProgress",
}

if TYPE_CHECKING:
    from gradient_async.accounts import (
        Account,
        AccountChanges,
        AccountItem,
        AccountReport,
        AccountResults,
        Accounts,
        AccountsError,
        AccountsOptions,
        AccountStream,
        Checkpoints,
        Health,
        ReportState,
        StreamPosition,
        UnknownAccountError,
    )
    from gradient_async.changes import (
        SSE_HEADERS,
        AccountEvent,
        AccountEventKind,
        Changes,
        Checkpoint,
        Feed,
        FeedEvent,
        FeedListener,
        FeedOptions,
        JobEvent,
        JobEventKind,
        JobState,
        Lagged,
        format_sse,
    )
    from gradient_async.client import Client
    from gradient_async.codec import JSON
    from gradient_async.errors import *
    from gradient_async.models import *
    from gradient_async.paging import *
    from gradient_async.resources.job_filter import JobFilters, JobListOptions
    from gradient_async.resources.retrieval import RetrievalCondition, RetrievalFilters
    from gradient_async.resources.source_bodies import AddableDataSource
    from gradient_async.transport.attempt import Attempt, OnAttempt
    from gradient_async.transport.call import Call, OnCall
    from gradient_async.transport.calls import Gate
    from gradient_async.transport.credentials import Token
    from gradient_async.transport.pacing import Pacer, Pacing, PacingFactory, Slot
    from gradient_async.transport.rate_limit_headers import Limits
    from gradient_async.transport.retry import RetryPolicy
    from gradient_async.transport.session import AiohttpTransport
    from gradient_async.transport.sliding_log import RateLimit, Window
    from gradient_async.transport.token_status import RateLimitStatus
    from gradient_async.transport.upload_content import Uploadable
    from gradient_async.transport.uploads import OnProgress
else:
    # Listed once: the names of errors end so, and all others are models.
    _listed = set(" ".join(_MODULES.values()).split())
    _errors = {name for name in __all__ if name.endswith("Error")} - _listed
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            **_MODULES,
            "gradient_async.errors": " ".join(_errors),
            "gradient_async.models": " ".join({*__all__} - _listed - _errors),
        },
    )
