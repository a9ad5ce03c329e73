"""`jobs report`: sums, tables, and the page of HTML."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from statistics import quantiles

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async import (
    AccountsError,
    ConfigurationError,
    IndexedDataSource,
    IndexedDataSourceStatus,
    IndexingJob,
    IndexingJobPhase,
    IndexingJobStatus,
    ServerError,
)
from gradient_async.cli.application import run
from gradient_async.cli.command_tree import app
from gradient_async.cli.report.bases import Base
from gradient_async.cli.report.charts import Bar, Chart, add_bar_chart
from gradient_async.cli.report.elements import Element, to_html
from gradient_async.cli.report.failures import short_reason
from gradient_async.cli.report.group import Group, Outcome, outcome_of, percentile
from gradient_async.cli.report.listings import format_cost, list_groups
from gradient_async.cli.report.page import PageFacts, render_page
from gradient_async.cli.report.report import GroupBy, Report
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background

from .samples import CREATED_AT, PARTIAL, PENDING

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FACTS = PageFacts(accounts=(), since=None, until=None, written=NOW, errors=())
SOURCE = IndexedDataSource(
    data_source_uuid="s1", status=IndexedDataSourceStatus.FAILED, error_msg="timeout"
)


def job(
    base: str = "b1",
    *,
    tokens: int = 0,
    seconds: float | None = None,
    created_at: datetime | None = CREATED_AT,
    sources: tuple[IndexedDataSource, ...] = (),
) -> IndexingJob:
    """Return a job that succeeded."""
    return IndexingJob(
        knowledge_base_uuid=base,
        phase=IndexingJobPhase.SUCCEEDED,
        status=IndexingJobStatus.COMPLETED,
        total_tokens=tokens,
        created_at=created_at,
        started_at=CREATED_AT,
        finished_at=None if seconds is None else CREATED_AT + timedelta(0, seconds),
        data_source_jobs=sources,
    )


async def report(*options: str) -> None:
    """Run `jobs report`."""
    await app.run_async(["jobs", "report", *options], result_action="return_value")


class Page(HTMLParser):
    """The tables and the terms of a page, and which elements it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.sums: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._tag = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        self._tag = tag
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        match tag:
            case "table":
                self.tables.append([])
            case "tr":
                self.tables[-1].append([])
            case "td" | "th":
                self.tables[-1][-1].append("")
            case "dd":
                self.sums.append("")
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        self._tag = ""

    def handle_data(self, data: str) -> None:
        """Add text to the current cell."""
        if self._tag in {"td", "th"}:
            self.tables[-1][-1][-1] += data
        elif self._tag == "dd":
            self.sums[-1] += data


@pytest.mark.parametrize("by", ["knowledge-base", "account", "day"])
async def test_sums_equal_those_of_the_jobs(
    account: Emulator, by: GroupBy, capsys: pytest.CaptureFixture[str]
) -> None:
    """The groups add up to all jobs and tokens, whatever they are."""
    await report("--by", by, "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    jobs = account.jobs()

    assert len(jobs) == sum(int(row["jobs"]) for row in rows)
    assert sum(int(str(it["total_tokens"])) for it in jobs) == sum(
        int(row["tokens"]) for row in rows
    )
    assert len(jobs) == sum(int(row[it.value]) for row in rows for it in Outcome)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--all",),
        ("--by", "account"),
        ("--by", "account", "--all"),
        ("--by", "day"),
    ],
    ids=" ".join,
)
async def test_numbers_of_the_page_equal_the_tables(
    account: Emulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
) -> None:
    """The page has the rows of the terminal's table, and their total as the summary."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_SAME", account.token)
    await report("--html", str(tmp_path / "r.html"), *options)
    captured = capsys.readouterr()
    page = Page((tmp_path / "r.html").read_text("utf-8"))
    _, *lines = captured.out.split("\n\n")[0].splitlines()
    # Without the last column, the reasons.
    expected = [re.split(" {2,}", line.strip())[:-1] for line in lines]
    found = [list(filter(None, row)) for row in page.tables[0][1:]]

    assert expected == found[: len(lines)]
    assert found[-1][-11:-5] == page.sums
    assert f"wrote {tmp_path / 'r.html'}\n" == captured.err


async def test_names_prices_and_reasons(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Groups have the names of knowledge bases, their cost, and why sources failed."""
    await report("-o", "jsonl")
    lines = [json.loads(it) for it in capsys.readouterr().out.splitlines()]

    assert {str(it["name"]) for it in account.knowledge_bases()} == {
        it["knowledge_base"] for it in lines
    }
    assert all(it["cost_usd"] > 0 and not it["unpriced_tokens"] for it in lines)
    assert all(
        it["source_failures"] == sum(reason["failures"] for reason in it["reasons"])
        for it in lines
    )


async def test_only_knowledge_bases_have_ids(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accounts and days have no column for the id of a knowledge base."""
    for by in ("account", "day"):
        await report("--by", by, "-o", "jsonl")
        first, *_ = capsys.readouterr().out.splitlines()
        assert [by, "jobs"] == [*json.loads(first)][:2]


async def test_times_and_knowledge_base_choose_jobs(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report can be about some jobs alone."""
    await report(
        *("--since", "2026-10-25", "--until", "2026-10-31"),
        *("--kb", "support-handbook", "--columns", "jobs"),
    )
    (base,) = (
        it["uuid"]
        for it in account.knowledge_bases()
        if it["name"] == "support-handbook"
    )
    expected = [
        it
        for it in account.jobs()
        if it["knowledge_base_uuid"] == base
        and "2026-10-25" <= str(it["created_at"]) < "2026-10-31"
    ]

    assert 0 < len(expected)
    assert [str(len(expected))] == capsys.readouterr().out.split()[1:]


async def test_failures_have_tables(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal shows reasons and sources, the most frequent first."""
    await report()
    _, reasons, sources = capsys.readouterr().out.split("\n\n")

    assert ["FAILURES", "SOURCES", "REASON"] == reasons.splitlines()[0].split()
    assert sources.startswith("DATA SOURCE")
    counts = [int(line.split()[0]) for line in reasons.splitlines()[1:]]
    assert sorted(counts, reverse=True) == counts


async def test_no_jobs(
    account: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report on nothing says so, and its page has no tables."""
    await report("--since", "1m", "--html", str(tmp_path / "r.html"))
    page = Page((tmp_path / "r.html").read_text("utf-8"))
    captured = capsys.readouterr()

    assert [] == page.tables
    assert ["0", "-", "0", "$0.00", "-", "-"] == page.sums
    assert "" == captured.out
    assert "no indexing jobs found" in captured.err


async def test_an_account_that_fails(
    account: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The others are summed up; the page, the notes and the error name the account."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_OLD", "revoked")
    with pytest.raises(AccountsError):
        await report("--all", "--html", str(tmp_path / "r.html"))
    text = (tmp_path / "r.html").read_text("utf-8")

    assert re.search(r'class="incomplete">Incomplete: 401 .*account old', text)
    assert "names or prices of account old are unknown" in capsys.readouterr().err


async def test_no_account_works(
    account: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If all accounts fail, there is no report that looks like an empty one."""
    monkeypatch.setenv(TOKEN_VARIABLES[0], "revoked")
    with pytest.raises(AccountsError):
        await report("--html", str(tmp_path / "r.html"))

    assert [] == [*tmp_path.iterdir()]


async def test_models_that_cannot_be_listed(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without prices, costs are unknown, not 0; names are still there."""
    account.fail(Fault(status=403, path="*/models"))
    await report("-o", "jsonl")
    captured = capsys.readouterr()
    lines = [json.loads(it) for it in captured.out.splitlines()]

    assert {None} == {it["cost_usd"] for it in lines}
    assert "support-handbook" in captured.out
    assert "names or prices of account default are unknown: 403" in captured.err


async def test_knowledge_bases_that_cannot_be_listed(
    account: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without names, groups have ids."""
    account.fail(Fault(status=500, path="*/knowledge_bases", times=None))
    await report("-o", "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert all(row["knowledge_base"] == row["knowledge_base_uuid"] for row in rows)
    assert {""} == {row["cost_usd"] for row in rows}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--columns", "uuid"), "no column 'uuid'"),
        (("--html", "/nowhere/r.html"), r"cannot write /nowhere/r\.html\.part: No"),
        (("--html", "/tmp"), "/tmp is a folder"),
    ],
)
async def test_wrong_options(
    account: Emulator, options: tuple[str, ...], message: str
) -> None:
    """Nothing is sent if an option is wrong."""
    with pytest.raises(ConfigurationError, match=message):
        await report(*options)

    assert [] == account.requests


def test_each_job_has_one_outcome() -> None:
    """The status tells partial and cancelled jobs from those that failed."""
    rows = [
        (job(), Outcome.SUCCEEDED),
        (PARTIAL, Outcome.PARTIAL),
        (PENDING, Outcome.UNFINISHED),
        (IndexingJob(phase=IndexingJobPhase.CANCELLED), Outcome.CANCELLED),
        (IndexingJob(status=IndexingJobStatus.CANCELLED), Outcome.CANCELLED),
        (IndexingJob(phase=IndexingJobPhase.ERROR), Outcome.FAILED),
        (IndexingJob(), Outcome.UNFINISHED),
    ]

    assert [it for _, it in rows] == [outcome_of(it) for it, _ in rows]


def test_an_unfinished_job_does_not_lower_the_success_rate() -> None:
    """The rate is that of the jobs that ended; without any, it is unknown."""
    group = Group("all")
    group.add(PENDING, None, [])
    assert group.success_rate is None

    group.add(job(), None, [])
    group.add(PARTIAL, None, [])
    assert 0.5 == group.success_rate


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({0.02: 1_000_000}, "$0.02"),
        ({0.02: 50_000_000_000, None: 0}, "$1,000.00"),
        ({0.02: 10}, "<$0.01"),
        ({None: 7}, "unknown"),
        ({None: 7, 0.5: 3_000_000}, ">=$1.50"),
        ({None: 7, 0.5: 3}, ">=$0.01"),
        ({None: 0}, "$0.00"),
        ({}, "$0.00"),
    ],
)
def test_cost(tokens: dict[float | None, int], expected: str) -> None:
    """A cost is exact, a lower limit, or unknown; not 0 for tokens without price."""
    group = Group("all")
    for price, count in tokens.items():
        group.add(job(tokens=count), price, [])

    assert expected == format_cost(group)


@given(st.lists(st.floats(0, 1e6), min_size=2), st.integers(1, 99))
def test_percentiles(values: list[float], percent: int) -> None:
    """A percentile is that of the standard library, up to rounding."""
    expected = quantiles(values, n=100, method="inclusive")[percent - 1]

    assert pytest.approx(expected) == percentile(sorted(values), percent)
    assert values[0] == percentile(values[:1], percent)


def test_groups_of_knowledge_bases() -> None:
    """Knowledge bases of the same name stay apart, and unknown ones have ids."""
    bases = {("a", "b1"): Base("same", 1.0), ("a", "b2"): Base("same")}
    report = Report("knowledge-base", bases)
    for base in ("b1", "b2", "b1", "b3", ""):
        report.add("a", job(base, tokens=1_000_000))
    found = [(it.label, it.uuid, it.jobs, it.cost) for _, it in report.groups]

    assert [
        ("same", "b1", 2, 2.0),
        ("b3", "b3", 1, None),
        ("same", "b2", 1, None),
        ("unknown", "unknown", 1, None),
    ] == found


def test_groups_of_days() -> None:
    """Days are those of the creation in UTC, the earliest first."""
    report = Report("day", {})
    tokyo, first = datetime.fromisoformat("2026-10-31T08:00:00+09:00"), "0001-01-01"
    early = datetime.fromisoformat(f"{first}T00:00:00+14:00")
    for moment in (tokyo, None, CREATED_AT, early):
        report.add("a", job(created_at=moment))

    assert [first, "2026-10-30", "2026-10-31", "unknown"] == [
        it.label for it in report.days
    ]


def test_failing_sources() -> None:
    """Failures are counted by source and by reason, over all jobs."""
    other = attrs.evolve(SOURCE, data_source_uuid="s2")
    denied = attrs.evolve(SOURCE, error_msg="denied", error_details="no key")
    report = Report("account", {("a", "b1"): Base("handbook")})
    for moment, sources in (
        (NOW, (SOURCE, other)),
        (NOW - timedelta(1), (SOURCE,)),
        (None, (denied,)),
    ):
        report.add("a", job(sources=sources, created_at=moment))

    assert [("s1", "handbook", 3, NOW), ("s2", "handbook", 1, NOW)] == [
        (it.uuid, it.knowledge_base, it.failures, it.latest) for it in report.sources
    ]
    assert [("timeout", 3, 2), ("denied: no key", 1, 1)] == [
        (it.text, it.failures, it.sources) for it in report.reasons
    ]


def test_reasons_are_short() -> None:
    """A reason of any length takes little memory; a missing one is said to be."""
    failed = IndexedDataSource(failed_item_count=7)

    assert 300 == len(short_reason(attrs.evolve(SOURCE, error_details="x" * 10_000)))
    assert "items failed without a reason" == short_reason(failed)


def test_the_page_needs_nothing_else() -> None:
    """It has no scripts and no links, and forbids the browser to load anything."""
    report = Report("knowledge-base", {})
    report.add("a", attrs.evolve(PARTIAL, knowledge_base_uuid="b1"))
    text = render_page(report, attrs.evolve(FACTS, since=CREATED_AT, until=NOW))
    page = Page(text)

    assert not page.tags & {"script", "link", "img", "a", "iframe", "object"}
    assert not page.attributes & {"src", "href", "onload", "onclick", "style"}
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)
    assert (
        "created since 2026-10-31T08:05:00Z and before 2026-11-01T12:00:00Z, " in text
    )


def test_pictures_have_titles_and_headings_follow_each_other() -> None:
    """Each picture has a title and a description; each heading cell a scope."""
    report = Report("account", {})
    report.add("acme", job(tokens=5, seconds=3))
    text = render_page(report, FACTS)

    assert 4 == len(re.findall(r'<svg [^>]*role="img" aria-labelledby="', text))
    assert 4 == len(re.findall(r"<desc [^>]*>(?:acme|2026-10-31): [15]</desc>", text))
    assert text.count("<th ") == text.count(' scope="col"')
    assert [1, 2] == sorted({int(it) for it in re.findall(r"<h(\d)", text)})


def test_long_lists_are_cut() -> None:
    """Charts have the largest groups and the latest days, and say how many."""
    report = Report("account", {})
    for number in range(150):
        report.add(f"a{number}", job(created_at=NOW - timedelta(number)))
        report.add("a", job(sources=(attrs.evolve(SOURCE, error_msg=f"{number}"),)))
    text = render_page(report, FACTS)

    assert "Jobs by account (12 of 151)" in text
    assert "Jobs by day (120 of 150)" in text
    assert "Most frequent first (20 of 150)" in text
    assert 151 + 2 == len(Page(text).tables[0])


def test_bars_without_anything() -> None:
    """A chart whose bars are all empty has labels and no bars."""
    root = Element("div")
    add_bar_chart(root, Chart("tokens", "by account", [Bar("acme", [("tokens", 0)])]))

    assert "acme" in to_html(root)
    assert "<rect" not in to_html(root)


def test_unknown_prices_are_explained() -> None:
    """The page says how many tokens have no price."""
    report = Report("account", {})
    report.add("acme", job(tokens=1234))

    assert "that is so for 1,234 tokens." in render_page(report, FACTS)


def test_names_widen_their_column() -> None:
    """The column of names is as wide as the longest one, up to 36."""
    widths = [
        list_groups("account", [Group("x" * length)]).columns[0].width
        for length in (0, 20, 200)
    ]

    assert [7, 20, 36] == widths


async def test_an_error_of_the_first_page_ends_the_report(account: Emulator) -> None:
    """A report on one account that fails ends with its error."""
    account.fail(Fault(status=500, path="*/indexing_jobs", times=None))
    with pytest.raises(AccountsError) as caught:
        await report()

    (error,) = caught.value.errors.values()
    assert isinstance(error, ServerError)


def test_the_sample_in_the_documentation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report in `docs/cli.md` is that of an emulator."""
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    text = page.partition("\n## Report\n")[2]
    found = re.search(
        r"\$ \S*gradient-async (jobs report .*)\n((?:[^`].*\n)+)```", text
    )
    assert found is not None
    with run_in_background(Emulator(accounts=2)) as api:
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], api.token)
        assert 0 == run(found[1].split())
    lines = capsys.readouterr().out.split("\n\n")[0].splitlines()
    samples = found[2].splitlines()

    # A terminal of 100 columns shows the first of the table's columns.
    assert samples == [line[: len(it)] for line, it in zip(lines, samples, strict=True)]
