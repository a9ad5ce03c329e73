"""Names of the SDKs `gradient` and `pydo`, and what to use here; for errors alone."""

from __future__ import annotations

from typing import Final

_PAGES: Final = "see docs/migrate-gradient.md or docs/migrate-pydo.md"
_REQUEST: Final = "use client.request(...), which reaches every endpoint"
_INFERENCE: Final = "inference has hosts and keys of its own and is not covered here"
_RAW: Final = (
    "results are typed; client.request(...) returns plain JSON, and on_attempt= "
    "reports status and request id"
)

_NAMES: Final[dict[str, dict[str, str]]] = {
    "Client": {
        "genai": (
            "use client.knowledge_bases, data_sources, indexing_jobs, "
            "scheduled_indexing, regions, models, model_catalog or model_routers, or "
            "client.request(...) for other endpoints"
        ),
        "agents": (
            'use client.request("GET", "/v2/gen-ai/agents") and so on; what was below '
            "it for regions and schedules is client.regions and "
            "client.scheduled_indexing"
        ),
        "retrieve": "use client.knowledge_bases.retrieve(uuid, query)",
        **dict.fromkeys(("apps", "billing", "databases", "gpu_droplets"), _REQUEST),
        **dict.fromkeys(("nfs", "send_request", "get_api_list"), _REQUEST),
        **dict.fromkeys(("get", "post", "put", "patch", "delete"), _REQUEST),
        **dict.fromkeys(("chat", "responses", "images", "inference"), _INFERENCE),
        **dict.fromkeys(("embeddings", "messages", "agent_inference"), _INFERENCE),
        **dict.fromkeys(("with_raw_response", "with_streaming_response"), _RAW),
        "copy": "use client.with_options(...)",
        "close": "use await client.aclose(), or async with",
    },
    "Resource": {
        **dict.fromkeys(("with_raw_response", "with_streaming_response"), _RAW),
    },
    "KnowledgeBases": {
        "data_sources": "use client.data_sources",
        "indexing_jobs": "use client.indexing_jobs",
        "list_indexing_jobs": "use client.indexing_jobs.list_for_knowledge_base",
        "wait_for_database": "use client.knowledge_bases.wait_until_online",
    },
    "IndexingJobs": {
        "retrieve": "use client.indexing_jobs.get",
        "retrieve_data_sources": "use client.indexing_jobs.list_data_sources",
        "retrieve_signed_url": "use client.indexing_jobs.get_details_url",
        "update_cancel": "use client.indexing_jobs.cancel",
        "wait_for_completion": "use client.indexing_jobs.wait",
    },
    "ScheduledIndexings": {"retrieve": "use client.scheduled_indexing.get"},
    "Models": {"providers": _REQUEST},
}
"""What replaces a name, by the class on which it is looked up."""


def find_attribute(owner: object, name: str) -> object:
    """
    Find an attribute that is missing, and explain its name if other SDKs have it.

    Classes call it from `__getattr__`, which Python calls only for such attributes.

    Raises:
        AttributeError: Always, unless the attribute has come into being meanwhile.
    """
    try:
        # Again, because a property may have failed: its own error must not be lost.
        return object.__getattribute__(owner, name)
    except AttributeError as error:
        for kind in type(owner).__mro__:
            hint = _NAMES.get(kind.__name__, {}).get(name)
            if hint is not None:
                msg = f"{error}: {hint}; {_PAGES}"
                raise AttributeError(msg, name=name, obj=owner) from None
        raise
