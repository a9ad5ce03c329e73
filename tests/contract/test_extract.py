"""Facts are extracted from a description: names and types, without the prose."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contract import drift, extract
from tests.contract.extract import extract_lines
from tests.contract.facts import Shape, parse_operation, parse_shape


def content(schema: str) -> dict[str, Any]:
    """Return a message whose body is a schema."""
    body = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"content": {"application/json": body}}


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
                "requestBody": content("House"),
                "responses": {
                    "200": content("House"),
                    "404": {"description": "Prose."},
                },
            },
            "delete": {
                "operationId": "delete_house",
                "responses": {"200": content("House")},
            },
        }
    },
    "components": {
        "schemas": {
            "House": {
                "type": "object",
                "title": "Prose.",
                "properties": {
                    "title": {"type": "string", "description": "Prose."},
                    "built": {"type": "string", "format": "date-time"},
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
PUT: Final = "PUT /v2/houses/{uuid} update_house ?dry:boolean <@House >@House"
DELETE: Final = "DELETE /v2/houses/{uuid} delete_house"
COLOUR: Final = "string=RED|BLUE~RED"
HOUSE: Final = "built:string/date-time colour:@Colour rooms:[@House] title:string"


def test_facts() -> None:
    """Covered operations are extracted in full, with all schemas they lead to."""
    expected = [DELETE, PUT, "", f"Colour {COLOUR}", f"House {HOUSE}"]
    assert expected == extract_lines(DESCRIPTION, ["update_house"])


def test_operation_without_body() -> None:
    """Of an operation without a body, only the response is extracted."""
    lines = extract_lines(DESCRIPTION, ["delete_house"])

    assert f"{DELETE} >@House" == lines[0]


def test_uncovered() -> None:
    """Of an uncovered operation, only its name is extracted."""
    expected = [DELETE, "PUT /v2/houses/{uuid} update_house", ""]
    assert expected == extract_lines(DESCRIPTION, [])


def test_unknown_keyword() -> None:
    """An unknown keyword is an error, rather than lost."""
    house = {"type": "object", "oneOf": []}
    tree = DESCRIPTION | {"components": {"schemas": {"House": house}}}

    with pytest.raises(ValueError, match=r"unknown keywords: \['oneOf'\]"):
        extract_lines(tree, ["update_house"])


def test_parsing() -> None:
    """What was extracted is parsed into the same types."""
    house = Shape(
        type="object",
        properties={
            "built": Shape(type="string", format="date-time"),
            "colour": Shape(ref="Colour"),
            "rooms": Shape(type="array", items=Shape(ref="House")),
            "title": Shape(type="string"),
        },
    )
    fact = parse_operation(PUT)

    assert house == parse_shape(HOUSE)
    colour = Shape(type="string", enum=("RED", "BLUE"), default="RED")
    assert colour == parse_shape(COLOUR)
    assert ["uuid"] == fact.id_names
    assert {"dry": Shape(type="boolean")} == fact.query
    assert Shape(ref="House") == fact.body == fact.response


def test_drift() -> None:
    """What is new, gone or different is listed, by operation and schema."""
    known = f"{PUT}\n{DELETE}\n\nColour {COLOUR}\nHouse {HOUSE}\n"
    added = "GET /v2/houses list_houses"
    found = f"{PUT} ?wet:boolean\n{added}\n\nColour {COLOUR}\nHouse title:string\n"

    assert [
        f"new operation: {added}",
        "gone operation: delete_house",
        "changed operation: update_house +?wet:boolean",
        "changed schema: House -built:string/date-time -colour:@Colour -rooms:[@House]",
    ] == [*drift.compare(known, found)]
    assert [] == [*drift.compare(known, known)]


def test_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command writes the facts; the other prints what is new in a description."""
    source, target = tmp_path / "description.yaml", tmp_path / "facts.txt"
    # JSON is YAML too.
    source.write_text(json.dumps(DESCRIPTION))
    monkeypatch.setattr(extract, "FACTS_PATH", target)
    monkeypatch.setattr(sys, "argv", ["extract", str(source)])

    extract.main()
    drift.main()

    assert f"{DELETE}\nPUT /v2/houses/{{uuid}} update_house\n\n" == target.read_text()
    printed = capsys.readouterr().out.splitlines()
    assert "new operation: DELETE /v2/houses/{uuid} delete_house" in printed
    assert "gone operation: genai_list_models" in printed
