"""Every route's live answer against the platform's own OpenAPI document, which is given on the command line.

The document is not ours to ship, so that this is skipped in a normal run:

    pytest tests/sandbox/test_official_document.py --openapi FILE
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rcdesk.sandbox.state import Options
from tests.sandbox.bench import Bench
from tests.sandbox.tour import Visit, go_round

BODY_LEFT_OUT = ("/parties/{partyId}/flip",)
"""Ends of paths whose answer is read by RingCentral's own client, though the document has none."""
PUBNUB_MODE = "#/components/schemas/PubNubDeliveryMode"


@pytest.fixture
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The document as data."""
    file = request.config.getoption("--openapi", default=None)
    if not file:
        pytest.skip("no --openapi FILE was given")
    import yaml

    loaded: dict[str, Any] = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    modes = loaded["components"]["schemas"]["AnyPublicDeliveryMode"]
    modes["anyOf"].append(
        {"$ref": PUBNUB_MODE}
    )  # still described there, but no longer offered to anybody new
    modes["discriminator"]["mapping"]["PubNub"] = PUBNUB_MODE
    return loaded


async def test_every_answer_is_as_the_document_says(document: dict[str, Any]) -> None:
    bench = Bench(Options(rate_limits=None, records=300))
    async with bench.client:
        visits = await go_round(bench)
    checked = [visit for visit in visits if _operation(document, visit)]
    problems = [problem for visit in checked for problem in _check(document, visit)]
    assert not problems, "\n".join(problems)
    assert len(checked) >= 50


def _operation(document: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """What the document says of a request; nothing if it has been left out of it."""
    found: dict[str, Any] = document["paths"].get(visit.template, {}).get(visit.method.lower(), {})
    return found


def _check(document: dict[str, Any], visit: Visit) -> list[str]:
    answer = visit.answer
    told = _operation(document, visit)["responses"].get(str(answer.status_code))
    if told is None:  # the document leaves refusals out of many operations
        return [] if answer.status_code >= 400 else [f"{visit.key}: this status is not in the document"]
    content = _resolved(document, told).get("content", {}).get("application/json")
    if content is None and visit.template.endswith(BODY_LEFT_OUT):
        return []
    if content is None:
        return [f"{visit.key}: a body came that is not in the document"] if answer.content else []
    schema, body = content["schema"], answer.json()
    problems = _problems(document, schema, body)
    if answer.is_success:  # errors may say more: RFC 6749 wants error_description, which the document lacks
        problems += _unknown(document, schema, body, "$")
    return [f"{visit.key}: {problem}" for problem in problems]


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _problems(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What a validator finds."""
    from openapi_schema_validator import OAS30ReadValidator

    whole = {**schema, "components": document["components"]}
    validator = OAS30ReadValidator(whole, format_checker=OAS30ReadValidator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def _unknown(document: dict[str, Any], schema: dict[str, Any], value: Any, where: str) -> list[str]:
    """Fields that the document does not know."""
    schema = _resolved(document, schema)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [
            text for at, one in enumerate(value) for text in _unknown(document, items, one, f"{where}[{at}]")
        ]
    known = _properties(document, schema)
    if not isinstance(value, dict) or not known or schema.get("additionalProperties"):
        return []
    found = [f"{where}: unknown field {name}" for name in value if name not in known]
    for name in set(value) & set(known):
        found += _unknown(document, known[name], value[name], f"{where}.{name}")
    return found


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    schema = _resolved(document, schema)
    found = dict(schema.get("properties", {}))
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= _properties(document, part)
    return found
