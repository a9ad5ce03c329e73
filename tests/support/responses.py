"""The classes that responses are decoded into."""

from __future__ import annotations

from typing import Any, Final

from gradient_async.models.knowledge_bases import KnowledgeBaseDetails
from tests.support.operations import OPERATIONS


# `Any`: they are made at run time.
def _of(operation: str) -> Any:
    return OPERATIONS[f"genai_{operation}"].response


DataSourceResponse: Final = _of("create_knowledge_base_data_source")
DataSourcesResponse: Final = _of("list_knowledge_base_data_sources")
DetailsResponse: Final = _of("get_indexing_job_details_signed_url")
IndexedDataSourcesResponse: Final = _of("list_indexing_job_data_sources")
IndexingJobResponse: Final = _of("get_indexing_job")
IndexingJobsResponse: Final = _of("list_indexing_jobs")
KnowledgeBaseDetailsResponse: Final = KnowledgeBaseDetails
KnowledgeBaseResponse: Final = _of("create_knowledge_base")
KnowledgeBasesResponse: Final = _of("list_knowledge_bases")
ModelsResponse: Final = _of("list_models")
PresignedUploadsResponse: Final = _of("create_data_source_file_upload_presigned_urls")
RegionsResponse: Final = _of("list_datacenter_regions")
ScheduledIndexingResponse: Final = _of("create_scheduled_indexing")
