"""Every route's answer has exactly the shape that the platform's documents give it."""

from __future__ import annotations

import re

import msgspec

from rcdesk.sandbox.app import make_app
from rcdesk.sandbox.state import Options, Sandbox
from tests.sandbox.answers import ANSWERS
from tests.sandbox.bench import Bench
from tests.sandbox.tour import go_round


async def test_every_answer_on_the_tour_has_its_shape() -> None:
    bench = Bench(Options(rate_limits=None, records=300))
    async with bench.client:
        visits = await go_round(bench)
    for visit in visits:
        shape = ANSWERS[visit.key]
        if shape is None:
            assert visit.answer.content == b"", visit.key
        else:
            msgspec.json.decode(visit.answer.content, type=shape)
    assert {visit.key for visit in visits} == set(ANSWERS)


async def test_every_rest_answer_has_a_number_and_tells_its_limits() -> None:
    bench = Bench(Options(rate_limits=None, records=300))
    async with bench.client:
        visits = await go_round(bench)
    for visit in visits:
        assert visit.answer.headers["RCRequestId"], visit.key
        if "/restapi/v1.0/" in visit.template:
            assert visit.answer.headers["X-Rate-Limit-Group"] in ("Light", "Medium", "Heavy"), visit.key


def test_the_tour_leaves_no_rest_route_out() -> None:
    """Paths with ringout are the same routes in an older spelling; the contents of a recording are no JSON."""
    app = make_app(Sandbox(Options(records=0)))
    paths = {path for path in app.paths if path.startswith("/restapi/v1.0/")}
    names = {"account_id": "accountId", "extension_id": "extensionId", "record_id": "callRecordId",
             "ring_out_id": "ringoutId", "number_id": "forwardingNumberId", "device_id": "deviceId",
             "subscription_id": "subscriptionId",
             "entry_id": "entryId", "contact_id": "contactId", "recording_id": "recordingId",
             "telephony_session_id": "telephonySessionId", "party_id": "partyId"}  # fmt: skip
    visited = {key.split(" ")[1] for key in ANSWERS}
    for path in paths:
        told = re.sub(r"{(\w+)}", lambda name: f"{{{names[name[1]]}}}", path)
        if "/ringout" not in path and not path.endswith("/content"):
            assert told in visited
