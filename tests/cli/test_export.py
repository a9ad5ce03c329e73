"""`jobs export`: files that are complete or absent, and interruptions."""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from gradient_async import (
    AuthenticationError,
    Client,
    ConfigurationError,
    IndexingJob,
    NotFoundError,
    ServerError,
)
from gradient_async.accounts import StreamPosition
from gradient_async.cli.command_tree import app
from gradient_async.cli.export.cell_lines import convert_to_parquet, write_cell_lines
from gradient_async.cli.export.part_file import PartFile
from gradient_async.cli.export.state import ExportState
from gradient_async.cli.formats import parquet_format
from gradient_async.cli.formats.sheet import Sheet
from gradient_async.cli.list_progress import PageCount
from gradient_async.cli.listings.jobs import JOBS
from gradient_async.cli.rows import Row
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import BASE_URL_VARIABLE, TOKEN_VARIABLES
from gradient_async.testing.background import run_in_background

from .samples import PARTIAL, PENDING, stream_of

FORMATS = ("jsonl", "csv", "parquet")


@pytest_asyncio.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Emulator]:
    """Start an emulator with two accounts of three pages."""
    async with Emulator(
        jobs=450, accounts=2, limits=None, database_seconds=0
    ) as emulator:
        monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_PROD", emulator.tokens[1])
        yield emulator


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a path without a suffix that says the format."""
    return tmp_path / "jobs"


async def export(file: Path, *options: str, kind: str = "csv") -> None:
    """Run `jobs export`."""
    command = ["jobs", "export", "--to", str(file), "-o", kind, *options]
    await app.run_async(command, result_action="return_value")


def part_of(file: Path) -> Path:
    """Return the path of the incomplete file."""
    return file.with_name(f"{file.name}.part")


async def break_off(
    api: Emulator, file: Path, *options: str, kind: str = "csv", page: int = 2
) -> None:
    """Run `jobs export` until a page cannot be read."""
    api.fail(Fault(status=404, page=page))
    with pytest.raises(NotFoundError):
        await export(file, *options, kind=kind)


async def test_writes_every_job_as_csv(account: Emulator, file: Path) -> None:
    """CSV has a heading and a row for each job, newest first."""
    await export(file)
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert list(account.job_uuids()) == [row["uuid"] for row in rows]
    assert [file] == [*file.parent.iterdir()]


async def test_writes_every_job_as_json(account: Emulator, file: Path) -> None:
    """JSON lines have what the API sent."""
    await export(file, kind="jsonl")
    jobs = [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    assert list(account.job_uuids()) == [job["uuid"] for job in jobs]
    assert "data_source_jobs" in jobs[0]


async def test_writes_every_job_as_parquet(account: Emulator, file: Path) -> None:
    """Parquet has rows with exact times, as those of the library."""
    await export(file, kind="parquet")
    async with Client(account.token, base_url=account.url) as client:
        rows = [job.to_row() async for job in client.iter_indexing_jobs()]
    names = [*rows[0]]

    assert rows == pq.read_table(file, columns=names).to_pylist()
    assert [file] == [*file.parent.iterdir()]


@pytest.mark.parametrize("kind", FORMATS)
async def test_the_suffix_decides_about_the_format(
    account: Emulator, tmp_path: Path, kind: str
) -> None:
    """Without `--output`, the format is the suffix of the file."""
    file, same = tmp_path / f"a.{kind.upper()}", tmp_path / "b"
    command = ["jobs", "export", "--limit", "3", "--to", str(file)]
    await app.run_async(command, result_action="return_value")
    await export(same, "--limit", "3", kind=kind)

    assert same.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("kind", "page", "options"),
    [
        *((kind, page, ("--all",)) for kind in FORMATS for page in (1, 2, 3)),
        ("csv", 2, ()),
        ("jsonl", 2, ("--columns", "uuid,created_at")),
        ("csv", 2, ("--failed",)),
        ("parquet", 2, ("--limit", "230")),
        ("csv", 3, ("--since", "2026-09-15")),
    ],
)
async def test_resumes(
    account: Emulator, tmp_path: Path, kind: str, page: int, options: tuple[str, ...]
) -> None:
    """An export that was interrupted at any page ends as one that was not."""
    whole, file = tmp_path / "whole", tmp_path / "file"
    await export(whole, *options, kind=kind)
    account.fail(Fault(status=404, page=page))
    try:
        await export(file, *options, kind=kind)
    except NotFoundError:
        assert not file.exists()
        await export(file, "--resume", *options, kind=kind)

    assert whole.read_bytes() == file.read_bytes()
    assert {whole, file} == {*tmp_path.iterdir()}


@pytest.mark.parametrize("kind", FORMATS)
async def test_cuts_off_what_the_state_does_not_count(
    account: Emulator, tmp_path: Path, kind: str
) -> None:
    """Rows that were written after the state was saved are written again."""
    whole, file = tmp_path / "whole", tmp_path / "file"
    await export(whole, kind=kind)
    await break_off(account, file, kind=kind)
    with part_of(file).open("ab") as part:
        part.write(b'{"uuid": "half a r')
    await export(file, "--resume", kind=kind)

    assert whole.read_bytes() == file.read_bytes()


async def test_does_not_read_again_what_it_has(account: Emulator, file: Path) -> None:
    """A resumed export requests no page of which it has every row."""
    await break_off(account, file, page=3)
    account.requests.clear()
    await export(file, "--resume")

    assert ["3"] == [it.query["page"] for it in account.requests]


@pytest.mark.parametrize("kind", FORMATS)
def test_survives_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """An export that is killed again and again ends as one that was not."""
    whole, file = tmp_path / f"whole.{kind}", tmp_path / f"file.{kind}"
    command = [sys.executable, "-m", "gradient_async.cli", "jobs", "export", "--to"]
    with run_in_background(Emulator(jobs=2_000, limits=None)) as api:
        monkeypatch.setenv(BASE_URL_VARIABLE, api.url)
        monkeypatch.setenv(TOKEN_VARIABLES[0], api.token)
        subprocess.run([*command, whole], check=True, capture_output=True)
        size = 300_000 if kind == "jsonl" else 30_000
        for least in (size, 3 * size):
            with subprocess.Popen(
                [*command, file, "--resume"], stderr=subprocess.PIPE
            ) as process:
                while not is_larger(part_of(file), least):
                    time.sleep(0.001)
                process.kill()
            assert -signal.SIGKILL == process.returncode
            assert not file.exists()
        subprocess.run([*command, file, "--resume"], check=True, capture_output=True)

    assert whole.read_bytes() == file.read_bytes()
    assert {whole, file} == {*tmp_path.iterdir()}


@pytest.mark.parametrize("kind", FORMATS)
async def test_survives_a_kill_at_the_end(
    account: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """An export that has every row, but not its name, only needs the latter."""
    whole, file = tmp_path / "whole", tmp_path / "file"
    await export(whole, kind=kind)
    with monkeypatch.context() as context:
        context.setattr(PartFile, "publish", _kill)
        with pytest.raises(_KilledError):
            await export(file, kind=kind)
    account.requests.clear()
    await export(file, "--resume", kind=kind)

    assert [] == account.requests
    assert whole.read_bytes() == file.read_bytes()
    assert {whole, file} == {*tmp_path.iterdir()}


class _KilledError(BaseException):
    pass


def _kill(*_: object) -> None:
    raise _KilledError


def is_larger(file: Path, size: int) -> bool:
    """Whether there is a file of more bytes."""
    return file.exists() and file.stat().st_size > size


async def test_an_age_counts_from_the_start_of_the_export(
    account: Emulator, tmp_path: Path
) -> None:
    """A resumed export with `--since 7d` keeps the times that counted at first."""
    whole, file = tmp_path / "whole", tmp_path / "file"
    times = ("--since", "2026-08-01", "--until", "2026-10-31")
    await export(whole, *times)
    await break_off(account, file, *times)
    await export(file, "--since", "1m", "--until", "7d", "--resume")

    assert whole.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--failed", "--since", "2026-08-01", "--columns", "uuid"), "--columns"),
        (("--failed", "--since", "2026-08-01", "--all"), "choice of accounts"),
        (("--failed", "--running", "--since", "2026-08-01"), "--status"),
        (("--failed", "--since", "2026-08-01", "--kb", "handbook"), "--knowledge-base"),
        (("--failed", "--since", "2026-08-01", "--limit", "7"), "--limit"),
        (("--failed",), "--since"),
        (("--failed", "--since", "2026-08-01", "--until", "1m"), "--until"),
    ],
)
async def test_other_options_do_not_resume(
    account: Emulator, file: Path, options: tuple[str, ...], name: str
) -> None:
    """An option that would change the rows is refused, by name."""
    await break_off(account, file, "--failed", "--since", "2026-08-01")
    with pytest.raises(ConfigurationError, match=f"had another {name}: .* --force"):
        await export(file, "--resume", *options)


async def test_another_format_does_not_resume(account: Emulator, file: Path) -> None:
    """Rows of one format are not appended to those of another."""
    await break_off(account, file)
    with pytest.raises(ConfigurationError, match="had another --output"):
        await export(file, "--resume", kind="jsonl")


async def test_does_not_discard_an_interrupted_export(
    account: Emulator, file: Path
) -> None:
    """Without `--resume` or `--force`, an interrupted export stays as it is."""
    await break_off(account, file)
    before = part_of(file).read_bytes()
    with pytest.raises(ConfigurationError, match=r"--resume.*--force"):
        await export(file)

    assert before == part_of(file).read_bytes()


async def test_starts_over_with_force(account: Emulator, file: Path) -> None:
    """`--force` discards an interrupted export, whatever its options."""
    await break_off(account, file, "--failed")
    await export(file, "--force", "--limit", "2", "--columns", "uuid")

    assert ["uuid", *account.job_uuids()[:2]] == file.read_text("utf-8").splitlines()


async def test_resume_and_force_exclude_each_other(file: Path) -> None:
    """Both are an error."""
    with pytest.raises(ConfigurationError, match="exclude each other"):
        await export(file, "--force", "--resume")


async def test_resumes_nothing(account: Emulator, file: Path) -> None:
    """`--resume` without an interrupted export begins one."""
    file.with_name("jobs.part.json").write_text("left behind")
    await export(file, "--resume", "--limit", "1")

    assert 2 == len(file.read_text("utf-8").splitlines())
    assert [file] == [*file.parent.iterdir()]


async def test_an_old_file_stays_until_the_new_one_is_complete(
    account: Emulator, file: Path
) -> None:
    """The target is replaced as a whole, through a symbolic link too."""
    file.write_text("old")
    link = file.with_name("link")
    link.symlink_to(file)
    await break_off(account, link)
    assert "old" == file.read_text("utf-8")
    await export(link, "--resume")

    assert 451 == len(file.read_text("utf-8").splitlines())
    assert link.is_symlink()


async def test_a_part_file_that_lost_bytes(account: Emulator, file: Path) -> None:
    """A part file that is shorter than its state says is not continued."""
    await break_off(account, file)
    part_of(file).write_bytes(b"short")
    with pytest.raises(ConfigurationError, match=r"shorter than it was.*--force"):
        await export(file, "--resume")


async def test_another_token(
    account: Emulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The position of one token is not used for another's list."""
    await break_off(account, file)
    monkeypatch.setenv(TOKEN_VARIABLES[0], account.tokens[1])
    with pytest.raises(ConfigurationError, match="another base URL or token"):
        await export(file, "--resume")


async def test_two_exports_to_one_file(
    account: Emulator, file: Path, tmp_path: Path
) -> None:
    """An export does not go on with a file that another one is writing."""
    other = PartFile(file, ExportState(options={}))
    with other.open(resume=False, force=False):
        with pytest.raises(ConfigurationError, match="another export is writing"):
            await export(file, "--resume")


async def test_says_how_to_go_on(
    account: Emulator, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An export that fails names its rows, its file and the option."""
    await break_off(account, file)

    assert (
        f"incomplete: {part_of(file)} has 200 jobs; go on with --resume\n"
        == capsys.readouterr().err
    )


async def test_ctrl_c(
    account: Emulator, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An export that is cancelled keeps every row that it wrote."""
    account.fail(Fault(hang=True, page=2))
    task = asyncio.create_task(export(file))
    while '"rows":0' in state_of(file) or not account.in_flight:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert "has 200 jobs" in capsys.readouterr().err


def state_of(file: Path) -> str:
    """Return the saved state of an export; one that has not begun, if there is none."""
    path = file.with_name(f"{file.name}.part.json")
    return path.read_text("utf-8") if path.exists() else '"rows":0'


async def test_an_empty_list(
    account: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No jobs make a CSV file with a heading, and a Parquet file with columns."""
    await export(tmp_path / "a", "--since", "1m")
    await export(tmp_path / "b", "--since", "1m", kind="parquet")
    await export(tmp_path / "c", "--since", "1m", kind="jsonl")
    (heading,) = (tmp_path / "a").read_text("utf-8").splitlines()

    assert [it.name for it in JOBS.columns] == heading.split(",")
    assert heading.split(",") == pq.read_table(tmp_path / "b").column_names
    assert b"" == (tmp_path / "c").read_bytes()
    assert "wrote 0 jobs to" in capsys.readouterr().err


async def test_a_folder_that_does_not_exist(account: Emulator, tmp_path: Path) -> None:
    """A file that cannot be written is an error that names it."""
    file = tmp_path / "nowhere" / "jobs.csv"
    with pytest.raises(ConfigurationError, match=r"cannot write .*jobs\.csv\.part: No"):
        await export(file)

    assert [] == account.requests


async def test_a_folder_is_no_file(account: Emulator, tmp_path: Path) -> None:
    """A folder as the target is an error before anything is sent."""
    with pytest.raises(ConfigurationError, match="is a folder"):
        await export(tmp_path)

    assert [] == account.requests


async def test_a_full_disk(
    account: Emulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error about no file in particular stays as it is."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        await export(file)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-o", "jsonl", "--columns", "uid"), "no column 'uid'"),
        ((), "choose the format with --output: jsonl, csv, parquet"),
    ],
)
async def test_wrong_options(
    account: Emulator, file: Path, options: tuple[str, ...], message: str
) -> None:
    """Nothing is sent or written if an option is wrong."""
    with pytest.raises(ConfigurationError, match=message):
        await app.run_async(
            ["jobs", "export", "--to", str(file), *options],
            result_action="return_value",
        )

    assert [] == account.requests
    assert [] == [*file.parent.iterdir()]


async def test_any_account_that_fails_ends_the_export(
    account: Emulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export lacks no account without saying so."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_OLD", "revoked")
    with pytest.raises(AuthenticationError):
        await export(file, "--all")

    assert not file.exists()


async def test_an_export_that_fails_at_once_leaves_nothing(
    account: Emulator, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a row there is nothing to resume, or to be in the way."""
    await break_off(account, file, page=1)

    assert [] == [*file.parent.iterdir()]
    assert "" == capsys.readouterr().err
    await export(file)


async def test_a_knowledge_base_that_cannot_be_looked_up_everywhere(
    account: Emulator, file: Path
) -> None:
    """An account whose knowledge bases cannot be listed may have jobs, too."""
    name = "support-handbook"
    await export(file, "--all", "--kb", name)
    assert {"default"} == {
        row["account"] for row in csv.DictReader(file.read_text("utf-8").splitlines())
    }

    account.fail(Fault(status=500, token=account.tokens[1], times=None))
    with pytest.raises(ServerError):
        await export(file, "--all", "--kb", name)


async def test_progress_in_a_terminal(
    account: Emulator,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A terminal shows rows and pages while they arrive."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    account.fail(Fault(delay=1, page=3))
    await export(file)
    err = capsys.readouterr().err

    assert "400 rows, 2 pages" in err
    assert "450 rows, 3 pages" in err


def test_counts_pages() -> None:
    """Pages are counted over all accounts; a list that ended has all of its pages."""
    count = PageCount()
    place = '{"version":1,"accounts":{"a":{"fingerprint":"%s","position":%s}}}'
    print_ = "0" * 16
    at = '{"page":2,"offset":50,"total":450,"per_page":null}'
    for position in (at, "null"):
        count.update(StreamPosition.from_json(place % (print_, position)))

    assert (450, 450, 3) == (count.passed, count.total, count.pages)


async def test_holds_a_few_pages_at_a_time(
    account: Emulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the lists are, only their latest pages are in memory."""
    account.add_jobs(3_000)
    counts: list[int] = []
    save = PartFile.save

    def count(part: PartFile, *arguments: object) -> None:
        counts.append(sum(isinstance(it, IndexingJob) for it in gc.get_objects()))
        save(part, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(PartFile, "save", count)
    await export(file, "--limit", "3000", kind="jsonl")

    assert 16 == len(counts)
    # The page in use, those that are fetched meanwhile, and what tests have left.
    assert max(counts) - min(counts) <= 4 * 200


async def test_converts_a_row_group_at_a_time(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times as many rows take no more memory to convert."""
    monkeypatch.setattr(parquet_format, "_ROWS_PER_TABLE", 50)
    monkeypatch.setattr(parquet_format, "_ROWS_PER_GROUP", 500)
    sheet = Sheet(listing=JOBS)
    peaks = []
    for count in (500, 2_000):
        with file.open("w", encoding="utf-8") as out:
            await write_cell_lines(stream_of(*[PARTIAL] * count), out, sheet)
        tracemalloc.start()
        convert_to_parquet(file, file.with_name("parquet"), sheet)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.5 * peaks[0]
    assert 4 == pq.ParquetFile(file.with_name("parquet")).num_row_groups


async def test_parquet_rows_keep_their_values(file: Path) -> None:
    """Accounts, missing values, fractions and microseconds survive the conversion."""
    moment = datetime(2026, 10, 31, 8, 5, 0, 123456, tzinfo=UTC)
    job = attrs.evolve(PARTIAL, created_at=moment, finished_at=moment + timedelta(1))
    sheet = Sheet(listing=JOBS, accounts=("acme",))
    rows = [Row("acme", it) for it in (job, PENDING)]
    with file.open("w", encoding="utf-8") as out:
        await write_cell_lines(_iterate(rows), out, sheet)
    convert_to_parquet(file, file.with_name("parquet"), sheet)

    assert [sheet.cells(row) for row in rows] == pq.read_table(
        file.with_name("parquet")
    ).to_pylist()


async def _iterate(rows: list[Row[IndexingJob]]) -> AsyncIterator[Row[IndexingJob]]:
    for row in rows:
        yield row


@pytest.mark.parametrize("text", ["", "{}", '{"version":2}'])
def test_a_state_that_is_none(text: str) -> None:
    """A file with something else is refused."""
    with pytest.raises(ConfigurationError, match="not the state of an export"):
        ExportState.from_json(text)


@pytest.mark.parametrize("options", [(), ("--all",), ("--failed", "--limit", "3")])
async def test_a_list_as_parquet_is_the_same(
    account: Emulator,
    file: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    options: tuple[str, ...],
) -> None:
    """`jobs list` writes the same Parquet to stdout."""
    await export(file, *options, kind="parquet")
    await app.run_async(
        ["jobs", "list", "-o", "parquet", *options], result_action="return_value"
    )

    assert file.read_bytes() == capsysbinary.readouterr().out


async def test_parquet_needs_pyarrow(
    account: Emulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pyarrow, nothing is sent before the export says so."""
    monkeypatch.setitem(sys.modules, "pyarrow.json", None)
    with pytest.raises(ConfigurationError, match=r"gradient-async\[parquet\]"):
        await export(file, kind="parquet")

    assert [] == account.requests


async def test_statuses_choose_jobs(account: Emulator, file: Path) -> None:
    """`--status`, `--failed` and `--running` add up."""
    options = ("--status", "cancelled, PARTIAL", "--running", "--columns", "status")
    await export(file, *options)
    _, *found = file.read_text("utf-8").splitlines()

    assert {"cancelled", "partial", "pending", "in_progress"} == {*found}


async def test_parquet_is_not_for_a_terminal(
    account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`jobs list` writes no Parquet to a terminal, and sends nothing."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(ConfigurationError, match="not for a terminal"):
        await app.run_async(
            ["jobs", "list", "-o", "parquet"], result_action="return_value"
        )

    assert [] == account.requests
