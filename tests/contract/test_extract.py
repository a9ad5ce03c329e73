"""Facts are extracted from a description: names and types, without the prose."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contract import extract
from tests.contract.extract import extract_facts

DESCRIPTION: Final[dict[str, Any]] = {
    "paths": {
        "/v2/houses/{uuid}": {
            "put": {
                "operationId": "update_house",
                "summary": "Prose.",
                "parameters": [
                    {"name": "uuid", "in": "path", "required": True, "schema": {}},
                    {"name": "dry", "in": "query", "schema": {"type": "boolean"}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/House"}
                        }
                    }
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/House"}
                            }
                        }
                    },
                    "404": {"description": "Prose."},
                },
            },
            "delete": {"operationId": "delete_house"},
        }
    },
    "components": {
        "schemas": {
            "House": {
                "type": "object",
                "title": "Prose.",
                "properties": {
                    "title": {"type": "string", "description": "Prose."},
                    "colour": {"$ref": "#/components/schemas/Colour"},
                    "rooms": {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/House"},
                    },
                },
            },
            "Colour": {"type": "string", "enum": ["RED", "BLUE"], "default": "RED"},
            "Garden": {"type": "object"},
        }
    },
}
FACTS: Final[dict[str, Any]] = {
    "operations": [
        {"id": "delete_house", "method": "DELETE", "path": "/v2/houses/{uuid}"},
        {
            "id": "update_house",
            "method": "PUT",
            "path": "/v2/houses/{uuid}",
            "parameters": [
                {"name": "uuid", "place": "path", "required": True, "shape": {}},
                {
                    "name": "dry",
                    "place": "query",
                    "required": False,
                    "shape": {"type": "boolean"},
                },
            ],
            "body": {"ref": "House"},
            "response": {"ref": "House"},
        },
    ],
    "schemas": {
        "House": {
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "colour": {"ref": "Colour"},
                "rooms": {"type": "array", "items": {"ref": "House"}},
            },
        },
        "Colour": {"type": "string", "enum": ["RED", "BLUE"], "default": "RED"},
    },
}


def test_facts() -> None:
    """Covered operations are extracted in full, with all schemas they lead to."""
    assert FACTS == extract_facts(DESCRIPTION, ["delete_house"])


def test_uncovered() -> None:
    """Of an uncovered operation, only its name is extracted."""
    facts = extract_facts(DESCRIPTION, ["delete_house", "update_house"])

    assert {} == facts["schemas"]
    assert [{"id", "method", "path"}] * 2 == [set(it) for it in facts["operations"]]


def test_unknown_keyword() -> None:
    """An unknown keyword is an error, rather than lost."""
    house = {"type": "object", "oneOf": []}
    tree = DESCRIPTION | {"components": {"schemas": {"House": house}}}

    with pytest.raises(ValueError, match=r"unknown keywords: \['oneOf'\]"):
        extract_facts(tree, ["delete_house"])


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command writes the facts, always in the same order."""
    source, target = tmp_path / "description.yaml", tmp_path / "facts.json"
    # JSON is YAML too.
    source.write_text(json.dumps(DESCRIPTION | {"paths": {}}))
    monkeypatch.setattr(extract, "FACTS_PATH", target)
    monkeypatch.setattr(sys, "argv", ["extract", str(source)])

    extract.main()

    assert '{\n  "operations": [],\n  "schemas": {}\n}\n' == target.read_text()


def test_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a script it runs the command, which requires a description."""
    monkeypatch.delitem(sys.modules, "tests.contract.extract")
    monkeypatch.setattr(sys, "argv", ["extract"])

    with pytest.raises(ValueError, match="not enough values"):
        runpy.run_module("tests.contract.extract", run_name="__main__")
