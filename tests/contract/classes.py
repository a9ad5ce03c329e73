"""The class for each schema of the description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gradient_async.models import (
    Agreement,
    AWSDataSourceDisplay,
    ChunkingAlgorithm,
    ChunkingOptions,
    CrawlingOption,
    DatabaseStatus,
    DropboxDataSourceDisplay,
    FileUploadDataSource,
    GoogleDriveDataSourceDisplay,
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    KnowledgeBase,
    Model,
    ModelEndpoint,
    ModelModalities,
    ModelPricing,
    ModelProvider,
    ModelSetting,
    ModelVersion,
    OpenEnum,
    OpenSearchPlanSize,
    PresignedUpload,
    Region,
    RerankingConfiguration,
    ScheduledIndexing,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.models.data_sources import (
    DataSourceRecord,
    DataSourceResponse,
    DataSourcesResponse,
)
from gradient_async.models.indexing_jobs import (
    DetailsResponse,
    IndexedDataSourcesResponse,
    IndexingJobResponse,
    IndexingJobsResponse,
)
from gradient_async.models.knowledge_bases import (
    KnowledgeBaseDetailsResponse,
    KnowledgeBaseResponse,
    KnowledgeBasesResponse,
)
from gradient_async.models.lists import Links, Meta, PageLinks
from gradient_async.models.models import ModelsResponse
from gradient_async.models.regions import RegionsResponse
from gradient_async.models.scheduled_indexing import ScheduledIndexingResponse
from gradient_async.models.uploads import PresignedUploadsResponse

# `Any`: the classes have no common base, only attrs.
CLASSES: Final[Mapping[str, type[Any]]] = {
    "apiAWSDataSourceDisplay": AWSDataSourceDisplay,
    "apiAgreement": Agreement,
    "apiCancelKnowledgeBaseIndexingJobOutput": IndexingJobResponse,
    "apiChunkingOptions": ChunkingOptions,
    "apiCreateDataSourceFileUploadPresignedUrlsOutput": PresignedUploadsResponse,
    "apiCreateKnowledgeBaseDataSourceOutput": DataSourceResponse,
    "apiCreateKnowledgeBaseOutput": KnowledgeBaseResponse,
    "apiCreateScheduledIndexingOutput": ScheduledIndexingResponse,
    "apiDropboxDataSourceDisplay": DropboxDataSourceDisplay,
    "apiFilePresignedUrlResponse": PresignedUpload,
    "apiFileUploadDataSource": FileUploadDataSource,
    "apiGetIndexingJobDetailsSignedURLOutput": DetailsResponse,
    "apiGetKnowledgeBaseIndexingJobOutput": IndexingJobResponse,
    "apiGetKnowledgeBaseOutput": KnowledgeBaseDetailsResponse,
    "apiGetScheduledIndexingOutput": ScheduledIndexingResponse,
    "apiGoogleDriveDataSourceDisplay": GoogleDriveDataSourceDisplay,
    "apiIndexedDataSource": IndexedDataSource,
    "apiIndexingJob": IndexingJob,
    "apiKnowledgeBase": KnowledgeBase,
    "apiKnowledgeBaseDataSource": DataSourceRecord,
    "apiLinks": Links,
    "apiListIndexingJobDataSourcesOutput": IndexedDataSourcesResponse,
    "apiListKnowledgeBaseDataSourcesOutput": DataSourcesResponse,
    "apiListKnowledgeBaseIndexingJobsOutput": IndexingJobsResponse,
    "apiListKnowledgeBasesOutput": KnowledgeBasesResponse,
    "apiListModelsOutputPublic": ModelsResponse,
    "apiListRegionsOutput": RegionsResponse,
    "apiMeta": Meta,
    "apiModelEndpoint": ModelEndpoint,
    "apiModelModalities": ModelModalities,
    "apiModelPricing": ModelPricing,
    "apiModelPublic": Model,
    "apiModelSetting": ModelSetting,
    "apiModelVersion": ModelVersion,
    "apiPages": PageLinks,
    "apiRerankingConfiguration": RerankingConfiguration,
    "apiScheduledIndexingInfo": ScheduledIndexing,
    "apiSpacesDataSource": SpacesDataSource,
    "apiStartKnowledgeBaseIndexingJobOutput": IndexingJobResponse,
    "apiUpdateKnowledgeBaseDataSourceOutput": DataSourceResponse,
    "apiUpdateKnowledgeBaseOutput": KnowledgeBaseResponse,
    "apiWebCrawlerDataSource": WebCrawlerDataSource,
    "genaiapiRegion": Region,
}
"""The class that each object of a response is decoded into."""

ENUMS: Final[Mapping[str, type[OpenEnum]]] = {
    "apiBatchJobPhase": IndexingJobPhase,
    "apiChunkingAlgorithm": ChunkingAlgorithm,
    "apiCrawlingOption": CrawlingOption,
    "apiIndexJobStatus": IndexingJobStatus,
    "apiIndexedDataSourceStatus": IndexedDataSourceStatus,
    "apiModelProvider": ModelProvider,
    "apiOpenSearchPlanSize": OpenSearchPlanSize,
    "dbaasClusterStatus": DatabaseStatus,
}
"""The class of each enum."""
