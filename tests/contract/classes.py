"""Which class stands for which schema of the description."""

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
    DataSourceAnswer,
    DataSourceRecord,
    DataSourcesAnswer,
)
from gradient_async.models.indexing_jobs import (
    DetailsAnswer,
    IndexedDataSourcesAnswer,
    IndexingJobAnswer,
    IndexingJobsAnswer,
)
from gradient_async.models.knowledge_bases import (
    KnowledgeBaseAnswer,
    KnowledgeBaseDetailsAnswer,
    KnowledgeBasesAnswer,
)
from gradient_async.models.lists import Links, Meta, PageLinks
from gradient_async.models.models import ModelsAnswer
from gradient_async.models.regions import RegionsAnswer
from gradient_async.models.scheduled_indexing import ScheduledIndexingAnswer
from gradient_async.models.uploads import PresignedUploadsAnswer

# Classes of all kinds: what they have in common is that attrs made them.
CLASSES: Final[Mapping[str, type[Any]]] = {
    "apiAWSDataSourceDisplay": AWSDataSourceDisplay,
    "apiAgreement": Agreement,
    "apiCancelKnowledgeBaseIndexingJobOutput": IndexingJobAnswer,
    "apiChunkingOptions": ChunkingOptions,
    "apiCreateDataSourceFileUploadPresignedUrlsOutput": PresignedUploadsAnswer,
    "apiCreateKnowledgeBaseDataSourceOutput": DataSourceAnswer,
    "apiCreateKnowledgeBaseOutput": KnowledgeBaseAnswer,
    "apiCreateScheduledIndexingOutput": ScheduledIndexingAnswer,
    "apiDropboxDataSourceDisplay": DropboxDataSourceDisplay,
    "apiFilePresignedUrlResponse": PresignedUpload,
    "apiFileUploadDataSource": FileUploadDataSource,
    "apiGetIndexingJobDetailsSignedURLOutput": DetailsAnswer,
    "apiGetKnowledgeBaseIndexingJobOutput": IndexingJobAnswer,
    "apiGetKnowledgeBaseOutput": KnowledgeBaseDetailsAnswer,
    "apiGetScheduledIndexingOutput": ScheduledIndexingAnswer,
    "apiGoogleDriveDataSourceDisplay": GoogleDriveDataSourceDisplay,
    "apiIndexedDataSource": IndexedDataSource,
    "apiIndexingJob": IndexingJob,
    "apiKnowledgeBase": KnowledgeBase,
    "apiKnowledgeBaseDataSource": DataSourceRecord,
    "apiLinks": Links,
    "apiListIndexingJobDataSourcesOutput": IndexedDataSourcesAnswer,
    "apiListKnowledgeBaseDataSourcesOutput": DataSourcesAnswer,
    "apiListKnowledgeBaseIndexingJobsOutput": IndexingJobsAnswer,
    "apiListKnowledgeBasesOutput": KnowledgeBasesAnswer,
    "apiListModelsOutputPublic": ModelsAnswer,
    "apiListRegionsOutput": RegionsAnswer,
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
    "apiStartKnowledgeBaseIndexingJobOutput": IndexingJobAnswer,
    "apiUpdateKnowledgeBaseDataSourceOutput": DataSourceAnswer,
    "apiUpdateKnowledgeBaseOutput": KnowledgeBaseAnswer,
    "apiWebCrawlerDataSource": WebCrawlerDataSource,
    "genaiapiRegion": Region,
}
"""The class that each object of an answer is decoded into."""

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
"""The enum for each schema that lists its values."""
