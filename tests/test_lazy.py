"""What is imported, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import gradient_async
from gradient_async import accounts, codec, errors, models
from gradient_async.lazy import lazy_names

LAZY = pytest.mark.parametrize("package", [accounts, codec, errors, models])

# The package itself is left out, which may import more than the part in question.
PART = f"""
import sys
from types import ModuleType

package = sys.modules["gradient_async"] = ModuleType("gradient_async")
package.__path__ = {[str(Path(gradient_async.__file__).parent)]}
"""


def list_imports(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has imported after some code."""
    code = f"{PART}\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def keep_own_modules(names: set[str]) -> set[str]:
    """Return the names that are modules of the package."""
    return {name for name in names if name.startswith("gradient_async.")}


def test_models_are_loaded_on_use() -> None:
    """Importing the models loads none of them; using one loads what it needs."""
    base = {"gradient_async.lazy", "gradient_async.models"}
    used = {f"gradient_async.models.{name}" for name in ("base", "regions", "scalars")}

    assert base == keep_own_modules(list_imports("import gradient_async.models"))
    assert base | used == keep_own_modules(
        list_imports("from gradient_async.models import Region")
    )


def test_errors_load_no_models() -> None:
    """An error about jobs loads the jobs that it carries when they are needed."""
    use = "from gradient_async.errors import IndexingJobFailedError"
    loaded = keep_own_modules(list_imports(use))

    assert not {it for it in loaded if it.startswith("gradient_async.models.")}


def test_a_client_loads_what_it_needs() -> None:
    """The public API and a client load no resources, lists, models, cattrs or CLI."""
    code = "import sys, gradient_async; gradient_async.Client('t'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    loaded = set(done.stdout.split())
    parts = {it.split(".")[1] for it in keep_own_modules(loaded)}

    assert not parts & {"accounts", "paging", "waiting", "cli", "testing", "emulator"}
    assert not loaded & {
        "cattrs",
        "rich",
        "cyclopts",
        "gradient_async.errors.resources",
        "gradient_async.errors.shared",
        "gradient_async.resources.models",
    }
    assert len(keep_own_modules(loaded)) <= 51


GOOD = 'b\'{"jobs": [{"uuid": "a", "total_tokens": "5"}]}\''
ODD = 'b\'{"jobs": [{"created_at": ""}]}\''
DECODE = """
from gradient_async.codec import Codec, encode_json, to_body
from gradient_async.models import SpacesDataSource
from gradient_async.resources.job_calls import LIST

encode_json(to_body(SpacesDataSource(bucket_name="b")))
(job,) = Codec().decode({}, LIST.response).jobs
job.to_json()
"""


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (False, "import gradient_async.codec"),
        (False, DECODE.format(GOOD)),
        (True, DECODE.format(ODD)),
        (True, "from gradient_async.codec import make_converter"),
    ],
)
def test_cattrs_is_loaded_on_use(expected: bool, code: str) -> None:
    """Only a body that the fast path does not take, or a converter, needs cattrs."""
    assert expected is ("cattrs" in list_imports(code))


def test_pydantic_is_loaded_on_use() -> None:
    """Plain values need no pydantic, which is not a dependency."""
    names = list_imports("from gradient_async.models import *\nIndexingJob().to_dict()")

    assert "gradient_async.models.uploads" in names
    assert {"pydantic", "pydantic_core"}.isdisjoint(names)


@LAZY
def test_each_name_is_found(package: ModuleType) -> None:
    """`__all__` and `dir` have each public name once, sorted."""
    names = package.__all__

    assert sorted(set(names)) == sorted(names)
    assert set(names) <= set(dir(package))
    assert all(getattr(package, name) is not None for name in names)
    assert {name for name in dir(package) if name[0].isupper()} - {
        "TYPE_CHECKING"
    } <= set(names)


@LAZY
def test_unknown_names(package: ModuleType) -> None:
    """An unknown name is an AttributeError with that name."""
    name = "nonsense"

    with pytest.raises(AttributeError, match=f"{package.__name__!r} has no attr.*'n"):
        getattr(package, name)


def test_names_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that was found is kept in the package."""
    package = ModuleType("package")
    monkeypatch.setitem(sys.modules, "package", package)
    load, names = lazy_names("package", {"math": "pi tau", "cmath": "infj"})

    assert not hasattr(package, "tau")
    assert 6 < load("tau") < 7  # type: ignore[operator]  # a number, as declared
    assert vars(package)["tau"] == load("tau")
    assert {"pi", "tau", "infj", "__name__"} <= set(names())
    assert names() == sorted(names())
