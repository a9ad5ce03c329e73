"""All checks of this project: `nox --list` names the sessions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests", "versions", "docs"]

PYPROJECT = Path("pyproject.toml")
PROJECT = nox.project.load_toml(PYPROJECT)
DESCRIPTION = Path("../shared/openapi/gen-ai.yaml")
PRISM = "@stoplight/prism-cli@5.16.0"
AXE = "axe-core@4.14.1"
# The versions that the pages on migration name.
OTHER_SDKS = {"gradient": "gradient==3.12.2", "pydo": "pydo[aio]==0.44.0"}
TYPESCRIPT_SDK = "@digitalocean/gradient@0.1.0-alpha.2"
SCHEMATHESIS = "schemathesis==4.32.5"
# Each worker imports the package and collects every test: more of them gain nothing.
MOST_WORKERS = 8
# asyncio's debug mode takes a traceback of every callback.
WITHOUT_DEBUG_MODE = ["-o", "asyncio_debug=false"]


def _is_installed(version: str) -> bool:
    """Whether an interpreter runs: a version manager's stub may be found, and fail."""
    python = shutil.which(f"python{version}")
    if python is None:
        return False
    trial = [python, "-c", ""]
    done = subprocess.run(trial, capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def _other_versions() -> list[str]:
    """Return the supported versions that are installed, without the running one."""
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    supported = nox.project.python_versions(PROJECT)
    return [it for it in supported if it != this and _is_installed(it)]


def _workers() -> list[str]:
    """Return the options that run pytest on all cores; none where there is one."""
    # Containers and CI runners may allow fewer cores than the machine has.
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return ["-n", str(min(cores, MOST_WORKERS))] if cores > 1 else []


def _install(session: nox.Session, *groups: str) -> None:
    """Install the package, with its command, and the dependencies of a session."""
    dependencies = nox.project.dependency_groups(PROJECT, *groups)
    # The tests import a small part of it all: compiling that on import is quicker.
    options = ["--quiet", "--no-compile"]
    session.install(*options, *dependencies, "--editable", ".[cli]")


def _install_once(session: nox.Session, *groups: str) -> None:
    """Install only where the environment is new or `pyproject.toml` has changed."""
    installed = Path(session.virtualenv.location) / "pyproject.toml"
    if not installed.exists() or installed.read_text() != PYPROJECT.read_text():
        _install(session, *groups)
        shutil.copyfile(PYPROJECT, installed)


def _find_description(session: nox.Session) -> Path:
    """Return the path of the API's description, by default that beside the project."""
    return Path(session.posargs[0]) if session.posargs else DESCRIPTION


OTHER_VERSIONS = _other_versions()


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on this Python, and require full coverage."""
    _install(session, "tests")
    session.run("coverage", "erase")
    options = [*WITHOUT_DEBUG_MODE, *_workers()]
    session.run("coverage", "run", "-m", "pytest", *options, *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(python=OTHER_VERSIONS or None)
def versions(session: nox.Session) -> None:
    """
    Run the tests on each other supported Python there is.

    The newest runs them in debug mode, and tries all random examples.
    """
    if not OTHER_VERSIONS:
        session.skip("no other supported Python is installed")
    _install(session, "tests")
    options = [*_workers(), *session.posargs]
    if session.python == OTHER_VERSIONS[-1]:
        session.run("pytest", *options)
    else:
        env = {"FEWER_EXAMPLES": "1"}
        session.run("pytest", *WITHOUT_DEBUG_MODE, *options, env=env)


@nox.session(reuse_venv=True)
def quick(session: nox.Session) -> None:
    """
    Check most things in under a minute, once its environment exists.

    Runs ruff, mypy, and the tests on one Python. Leaves out the other Pythons,
    coverage, asyncio's debug mode, import contracts, pyright, and the documentation.
    """
    _install_once(session, "lint", "types")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("pytest", "-q", *WITHOUT_DEBUG_MODE, *_workers(), *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, the import contracts, and what an operation costs."""
    _install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache")
    session.run("python", "-m", "tests.contract.lines")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types: strict mypy, and a completely typed public API."""
    _install(session, "types")
    session.run("mypy")
    session.run("pyright", "tests/typing")
    session.run("pyright", "--verifytypes", "gradient_async", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    _install(session, "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-q", "docs", "docs/_build")


@nox.session
def browser(session: nox.Session) -> None:
    """Open the board of the example backends, the documentation, and a report."""
    if shutil.which("chromium") is None:
        session.error(
            "there is no Chromium: install it, on Debian with "
            "`apt-get install -y --no-install-recommends chromium`"
        )
    _install(session, "browser", "docs")
    folder = Path(session.create_tmp())
    session.run("npm", "install", "--silent", "--prefix", str(folder), AXE)
    env = {"AXE_CORE": str(folder / "node_modules" / "axe-core" / "axe.min.js")}
    options = [*WITHOUT_DEBUG_MODE, "tests/browser", *session.posargs]
    session.run("pytest", *options, env=env)


@nox.session
def conformance(session: nox.Session) -> None:
    """
    Check client and emulator against the official description, with Prism.

    Takes the path of the description: `nox -s conformance -- gen-ai.yaml`.
    """
    description = _find_description(session)
    if not description.exists():
        session.error(
            f"no API description at {description.resolve()}: "
            f"pass its path, nox -s conformance -- path/to/gen-ai.yaml "
            f"(see .github/CONTRIBUTING.md)"
        )
    _install(session, "conformance")
    prism = Path(session.create_tmp()) / "prism"
    session.run("npm", "install", "--silent", "--prefix", str(prism), PRISM)
    command = prism / "node_modules" / ".bin" / "prism"
    session.run("python", "-m", "tests.conformance", str(command), str(description))


@nox.session
def foreign(session: nox.Session) -> None:
    """
    Check the emulator with clients of others, and the pages on migration from them.

    Takes the path of the description, like `conformance`; without one, it leaves out
    schemathesis.
    """
    if shutil.which("npm") is None:
        session.error(
            "there is no npm: install it, on Debian with "
            "`apt-get install -y --no-install-recommends npm`"
        )
    # Several environments, which pip would take a minute to create.
    session.install("--quiet", "uv")
    for name, requirement in OTHER_SDKS.items():
        _check_beside(session, [requirement], name)
    folder = str(Path(session.create_tmp()) / "typescript")
    npm = ["npm", "install", "--silent", "--prefix", folder, TYPESCRIPT_SDK]
    session.run(*npm, external=True)
    _check_beside(session, [], "typescript", folder)
    description = _find_description(session)
    if description.exists():
        _check_beside(session, [SCHEMATHESIS], "schemathesis", str(description))
    else:
        session.warn(f"no schemathesis: no API description at {description.resolve()}")


def _check_beside(session: nox.Session, packages: list[str], *arguments: str) -> None:
    """Run a check in an environment of its own, which has some packages."""
    added = [f"--with={it}" for it in ("pyyaml", *packages)]
    session.run(
        "uv",
        "run",
        "--quiet",
        "--no-project",
        "--isolated",
        f"--python={Path(session.bin) / 'python'}",
        "--with-editable=.",
        *added,
        "python",
        "-m",
        "tests.foreign",
        *arguments,
    )


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed and memory, by default all of it; nothing passes or fails."""
    _install(session, "bench")
    for name in session.posargs or (
        "decoding",
        "streaming",
        "pacing",
        "overhead",
        "accounts",
        "isolation",
    ):
        session.run("python", "-m", f"tests.benchmarks.{name}")
