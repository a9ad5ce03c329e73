"""The pytest plugin in runs of its own: how it is loaded, and its mark."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

pytest_plugins = ["pytester"]

ROOT: Final = Path(__file__).parent.parent.parent
PLUGIN: Final = "gradient_async.testing.plugin"


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run tests in this process with this plugin."""
    pytester.makepyfile("import os\nimport pytest\n" + dedent(source))
    return pytester.runpytest("--strict-markers", "-p", PLUGIN, *arguments)


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no installed plugins: they may import anything, and warn."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # A run forgets the modules that it was the first to import, but objects that other
    # modules have from them stay: they would exist twice from then on.
    import_module("gradient_async.testing.serving")


@pytest.fixture
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the entry points of `pyproject.toml`, of nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["pytest11"]
    folder = tmp_path / "installed" / "kit-0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: kit\nVersion: 0\n")
    lines = [f"{name} = {value}" for name, value in points.items()]
    (folder / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]))
    monkeypatch.syspath_prepend(folder.parent)


@pytest.mark.usefixtures("_installed")
def test_loads_by_entry_point(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test has the fixture without a line of configuration, named twice or not."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test(gradient_emulator): assert gradient_emulator.url")
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    for arguments in ([], ["-p", PLUGIN]):
        pytester.runpytest(*arguments).assert_outcomes(passed=1)
    pytester.makeconftest(f"pytest_plugins = [{PLUGIN!r}]")
    pytester.runpytest().assert_outcomes(passed=1)


def test_imports_nothing_before_it_is_used(pytester: pytest.Pytester) -> None:
    """A run that does not use the plugin imports five small modules more."""
    path = pytester.makepyfile("def test(): pass")
    without, with_plugin = (
        _list_modules(path, *arguments) for arguments in ([], ["-p", PLUGIN])
    )

    assert {
        "gradient_async",
        "gradient_async.lazy",
        "gradient_async.testing",
        "gradient_async.testing.plugin",
        "gradient_async.version",
    } == with_plugin - without


def _list_modules(path: Path, *arguments: str) -> set[str]:
    """Return the modules that a run of pytest imports."""
    code = "import sys, pytest; pytest.main(sys.argv[1:]); print(); print(*sys.modules)"
    options = ["-p", "no:cacheprovider", *arguments, str(path)]
    command = [sys.executable, "-c", code, *options]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert "1 passed" in done.stdout
    return set(done.stdout.splitlines()[-1].split())


def test_the_mark_has_the_arguments_of_an_emulator(pytester: pytest.Pytester) -> None:
    """A test gets the emulator that its mark describes."""
    source = """
        @pytest.mark.gradient_emulator(jobs=0, speed=200, accounts=3)
        def test_small(gradient_emulator):
            assert gradient_emulator.jobs() == ()
            assert len(gradient_emulator.tokens) == 3
            assert gradient_emulator._platform.clock.speed == 200

        @pytest.mark.gradient_emulator(unfinished=5)
        def test_busy(gradient_emulator):
            assert len(gradient_emulator.jobs()) == 200
            assert gradient_emulator.jobs()[0]["phase"] == "BATCH_JOB_PHASE_PENDING"
    """
    run(pytester, source).assert_outcomes(passed=2)


def test_the_closest_mark_wins(pytester: pytest.Pytester) -> None:
    """Each argument comes from the closest mark: of the test, the class, the module."""
    source = """
        pytestmark = pytest.mark.gradient_emulator(jobs=1, accounts=2)

        @pytest.mark.gradient_emulator(jobs=2)
        class TestClass:
            @pytest.mark.gradient_emulator(seed=7, jobs=3)
            def test_method(self, gradient_emulator):
                assert len(gradient_emulator.jobs()) == 3
                assert len(gradient_emulator.tokens) == 2

            def test_other(self, gradient_emulator):
                assert len(gradient_emulator.jobs()) == 2
    """
    run(pytester, source).assert_outcomes(passed=2)


def test_the_mark_alone_runs_an_emulator(pytester: pytest.Pytester) -> None:
    """A marked test never reaches the real API, and neither do its fixtures."""
    source = """
        URL = "DIGITALOCEAN_API_URL"

        @pytest.fixture
        def url():
            return os.environ[URL]

        @pytest.mark.gradient_emulator
        @pytest.mark.parametrize("number", [1, 2])
        def test_marked(url, number):
            assert url.startswith("http://127.0.0.1:")
            assert os.environ["DIGITALOCEAN_ACCESS_TOKEN"] == "emulator-token-1"

        def test_unmarked():
            assert URL not in os.environ
    """
    run(pytester, source).assert_outcomes(passed=3)


def test_a_mark_of_one_set_of_parameters(pytester: pytest.Pytester) -> None:
    """Only the marked sets run an emulator."""
    source = """
        MARKED = pytest.param(True, marks=pytest.mark.gradient_emulator)

        @pytest.mark.parametrize("is_marked", [False, MARKED, False])
        def test(is_marked):
            assert is_marked == ("DIGITALOCEAN_API_URL" in os.environ)
    """
    run(pytester, source).assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("(job=0)", "*gradient_emulator takes no job=; it takes jobs=, unfinished=, *"),
        ("(0)", "*gradient_emulator takes no 0; it takes jobs=, *, skip_waits="),
        ("(jobs=-1)", "*gradient_emulator: an emulator needs at least 1 account *"),
        ("(jobs='many')", "*gradient_emulator: '<' not supported *"),
    ],
)
def test_invalid_marks(pytester: pytest.Pytester, mark: str, message: str) -> None:
    """A mark that cannot be meant fails its test with one line."""
    source = f"""
        @pytest.mark.gradient_emulator{mark}
        def test(): pass
    """
    result = run(pytester, source)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_mark_is_listed(pytester: pytest.Pytester) -> None:
    """`--markers` explains it."""
    run(pytester, "", "--markers").stdout.fnmatch_lines(
        ["@pytest.mark.gradient_emulator(*): run an emulator *"]
    )


def test_waits_may_take_their_time(pytester: pytest.Pytester) -> None:
    """With `skip_waits=False`, waits sleep, and nothing moves the clock."""
    source = """
        from gradient_async.waiting.clock import CLOCK

        @pytest.mark.gradient_emulator(skip_waits=False)
        def test_sleeping(gradient_emulator):
            assert CLOCK._on_skip is None

        @pytest.mark.gradient_emulator
        def test_skipping(gradient_emulator):
            assert CLOCK._on_skip == gradient_emulator.advance
    """
    run(pytester, source).assert_outcomes(passed=2)
