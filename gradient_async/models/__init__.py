"""What the API describes, as attrs classes; one module per resource."""

from typing import TYPE_CHECKING

from gradient_async.lazy import lazy_names

__all__ = [
    "APIObject",
    "AWSDataSource",
    "AWSDataSourceDisplay",
    "Agreement",
    "ChunkingAlgorithm",
    "ChunkingOptions",
    "CodeSnippets",
    "CrawlingOption",
    "CustomTask",
    "DataSource",
    "DataSourceInput",
    "DatabaseStatus",
    "DropboxDataSource",
    "DropboxDataSourceDisplay",
    "FileUploadDataSource",
    "GoogleDriveDataSource",
    "GoogleDriveDataSourceDisplay",
    "IndexedDataSource",
    "IndexedDataSourceStatus",
    "IndexingJob",
    "IndexingJobPhase",
    "IndexingJobStatus",
    "KnowledgeBase",
    "KnowledgeBaseDataSource",
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
    "OpenEnum",
    "OpenSearchPlanSize",
    "PresignedUpload",
    "PresignedUrlFile",
    "Region",
    "RerankingConfiguration",
    "RetrievalResult",
    "RetrievedChunk",
    "Row",
    "ScheduledIndexing",
    "SpacesDataSource",
    "UnknownDataSource",
    "WebCrawlerDataSource",
]

if TYPE_CHECKING:
    from gradient_async.models.base import *
    from gradient_async.models.data_sources import *
    from gradient_async.models.indexing_jobs import *
    from gradient_async.models.knowledge_bases import *
    from gradient_async.models.model_catalog import *
    from gradient_async.models.model_routers import *
    from gradient_async.models.models import *
    from gradient_async.models.regions import *
    from gradient_async.models.retrieval import *
    from gradient_async.models.scalars import *
    from gradient_async.models.scheduled_indexing import *
    from gradient_async.models.uploads import *
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "gradient_async.models.base": "APIObject",
            "gradient_async.models.data_sources": (
                "AWSDataSource AWSDataSourceDisplay ChunkingAlgorithm ChunkingOptions "
                "CrawlingOption DataSource DataSourceInput DropboxDataSource "
                "DropboxDataSourceDisplay FileUploadDataSource GoogleDriveDataSource "
                "GoogleDriveDataSourceDisplay KnowledgeBaseDataSource NewDataSource "
                "SpacesDataSource UnknownDataSource WebCrawlerDataSource"
            ),
            "gradient_async.models.indexing_jobs": (
                "IndexedDataSource IndexedDataSourceStatus IndexingJob "
                "IndexingJobPhase IndexingJobStatus Row"
            ),
            "gradient_async.models.knowledge_bases": (
                "DatabaseStatus KnowledgeBase OpenSearchPlanSize RerankingConfiguration"
            ),
            "gradient_async.models.model_catalog": (
                "CodeSnippets ModelBillingMode ModelCatalogCard ModelCatalogEntry "
                "ModelPricingDetail ModelPricingInterval ModelPricingTier "
                "ModelPricingVariant ModelScaledPricing"
            ),
            "gradient_async.models.model_routers": (
                "CustomTask ModelRouter ModelRouterConfig ModelRouterPolicy "
                "ModelRouterPreset ModelRouterTaskPreset ModelSelectionPolicy"
            ),
            "gradient_async.models.models": (
                "Agreement Model ModelEndpoint ModelModalities ModelPricing "
                "ModelProvider ModelSetting ModelUsecase ModelVersion"
            ),
            "gradient_async.models.regions": "Region",
            "gradient_async.models.retrieval": "RetrievalResult RetrievedChunk",
            "gradient_async.models.scalars": "OpenEnum",
            "gradient_async.models.scheduled_indexing": "ScheduledIndexing",
            "gradient_async.models.uploads": "PresignedUpload PresignedUrlFile",
        },
    )
