"""The classes that responses are decoded into."""

from __future__ import annotations

from typing import Any, Final

from tests.support.operations import OPERATIONS


# `Any`: they are made at run time.
def _of(operation: str) -> Any:
    return OPERATIONS[f"genai_{operation}"].response


DataSourceResponse: Final = _of("create_knowledge_base_data_source")
DetailsResponse: Final = _of("get_indexing_job_details_signed_url")
IndexingJobResponse: Final = _of("get_indexing_job")
IndexingJobsResponse: Final = _of("list_indexing_jobs")
ModelsResponse: Final = _of("list_models")
