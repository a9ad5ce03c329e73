"""Made-up jobs before they are written down: chance has spoken, the rest follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gradient_async.emulator.jobs.job import Job
from gradient_async.emulator.jobs.outcomes import GOING, Outcome
from gradient_async.emulator.jobs.sources import IndexedSource, has_report, totals
from gradient_async.emulator.timestamps import moment, timestamp


@attrs.frozen(kw_only=True)
class JobDraft:
    """What decides about a made-up job; moments are nanoseconds since the epoch."""

    uuid: str
    base: str
    """The knowledge base that it is about."""
    source_uuids: Sequence[str]
    outcome: Outcome
    created_at: int
    started_at: int | None = None
    sources: Sequence[IndexedSource] = ()
    """Its way through its sources; none of them if it waits."""

    def write(self) -> Job:
        """Write it down as in the API's JSON."""
        phase = self.outcome.phase
        return Job.of(
            {
                "uuid": self.uuid,
                "knowledge_base_uuid": self.base,
                "phase": f"BATCH_JOB_PHASE_{phase}",
                "status": f"INDEX_JOB_STATUS_{self.outcome.status}",
                **self._times(),
                "data_source_uuids": list(self.source_uuids),
                "data_source_jobs": [source.fields for source in self.sources],
                **totals(len(self.source_uuids), self.sources),
                "is_report_available": phase not in GOING and has_report(self.sources),
            }
        )

    def moved(self, base: str, uuids: Sequence[str]) -> JobDraft:
        """Give it for another knowledge base, which may have fewer sources."""
        planned = uuids[: len(self.source_uuids)]
        # The open end of a job that runs is its last source, so the first ones go.
        kept = self.sources[-len(planned) :]
        sources = [it.renamed(uuid) for it, uuid in zip(kept, planned, strict=False)]
        first = sources[0].fields["started_at"] if sources else None
        return attrs.evolve(
            self,
            base=base,
            source_uuids=planned,
            sources=sources,
            started_at=None if first is None else moment(str(first)),
        )

    def _times(self) -> dict[str, str]:
        """Write down the moments that have come."""
        updated_at = self.sources[-1].updated_at if self.sources else self.created_at
        times = {"created_at": timestamp(self.created_at)}
        if self.started_at is not None:
            times["started_at"] = timestamp(self.started_at)
        if not self.outcome.is_open:
            times["finished_at"] = timestamp(updated_at)
        return {**times, "updated_at": timestamp(updated_at)}


def spread(
    drafts: Iterable[JobDraft], bases: Mapping[str, Sequence[str]]
) -> Iterator[JobDraft]:
    """Move jobs, so that none has a knowledge base twice while another has none."""
    load = dict.fromkeys(bases, 0)
    for draft in drafts:
        least = min(load.values())
        # Its own comes first: what can stay as chance made it does.
        base = next(it for it in (draft.base, *load) if load[it] == least)
        load[base] += 1
        yield draft if base == draft.base else draft.moved(base, bases[base])
