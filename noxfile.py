"""Everything that checks this project: `nox --list` names the sessions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests", "docs"]

PROJECT = nox.project.load_toml("pyproject.toml")
DESCRIPTION = Path("../shared/openapi/gen-ai.yaml")
PRISM = "@stoplight/prism-cli@5.16.0"


def _is_there(version: str) -> bool:
    """Try the interpreter: a version manager's stand-in is there and does not run."""
    python = shutil.which(f"python{version}")
    if python is None:
        return False
    trial = [python, "-c", ""]
    done = subprocess.run(trial, capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def _versions() -> list[str] | None:
    """Give the supported versions that are there, and this one; or just this one."""
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    supported = nox.project.python_versions(PROJECT)
    return [it for it in sorted({*supported, this}) if _is_there(it)] or None


def _install(session: nox.Session, *groups: str) -> None:
    """Install the package, with its command, and what a session needs besides."""
    extra = nox.project.dependency_groups(PROJECT, *groups)
    session.install("--quiet", *extra, "--editable", ".[cli]")


VERSIONS = _versions()


@nox.session(python=VERSIONS)
def tests(session: nox.Session) -> None:
    """Run the tests on each Python that is there; on the last, see every branch run."""
    _install(session, "tests")
    if VERSIONS and session.python != VERSIONS[-1]:
        session.run("pytest", *session.posargs)
        return
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, and which module may import which."""
    _install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types: strictly inside, completely at the face."""
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
def conformance(session: nox.Session) -> None:
    """Hold client and emulator against the official description, with Prism."""
    description = Path(session.posargs[0]) if session.posargs else DESCRIPTION
    if not description.exists():
        session.skip(f"the official description is not at {description}")
    _install(session, "conformance")
    prism = Path(session.create_tmp()) / "prism"
    session.run("npm", "install", "--silent", "--prefix", str(prism), PRISM)
    command = prism / "node_modules" / ".bin" / "prism"
    session.run("python", "-m", "tests.conformance", str(command), str(description))


@nox.session
def bench(session: nox.Session) -> None:
    """Measure decoding, streaming and pacing; nothing passes or fails."""
    _install(session, "bench")
    for name in session.posargs or ("decoding", "streaming", "pacing"):
        session.run("python", "-m", f"tests.benchmarks.{name}")
