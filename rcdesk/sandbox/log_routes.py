"""The call log, its sync, active calls and recordings over REST."""

import io
import re
import wave
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from rcdesk.sandbox.bulk import read_each
from rcdesk.sandbox.call_log import CallLog, Record
from rcdesk.sandbox.calls import Call
from rcdesk.sandbox.errors import invalid_parameter, not_found
from rcdesk.sandbox.log_entries import result_of
from rcdesk.sandbox.log_wire import RecordWriter, transport
from rcdesk.sandbox.paging import listing, page_of
from rcdesk.sandbox.query import Query, not_together
from rcdesk.sandbox.rest import ACCOUNT, EXTENSION, Asked, Gate, Operation, resource
from rcdesk.sandbox.ringouts import RingOuts
from rcdesk.sandbox.world import World

WEEK = 7 * 86_400.0
"""The default window: the tutorial's last week, not the day of today's document."""
DIRECTIONS = ("Inbound", "Outbound")
TYPES = ("Voice", "Fax")
TRANSPORTS = ("PSTN", "VoIP")
VIEWS = ("Simple", "Detailed")
_RECORDINGS = ("Automatic", "OnDemand", "All")
_ALONE = ("sessionId", "telephonySessionId")
_WITH_NONE_OF = ("direction", "phoneNumber", "extensionNumber", "dateFrom", "dateTo", "type", "transport")


class LogRoutes:
    """Reads of what was and what is."""

    def __init__(self, world: World, ring_outs: RingOuts, call_log: CallLog) -> None:
        self._world = world
        self._ring_outs = ring_outs
        self._log = call_log

    def routes(self, gate: Gate) -> list[Route]:
        """The routes, at the level of the extension and of the account."""
        read, one = Operation("Heavy", self.read), Operation("Heavy", self.one)
        active, delete = Operation("Heavy", self.active), Operation("Heavy", self.delete)
        recording = Operation("Heavy", self.recording)
        content = Operation("Heavy", self.recording_content)
        return [
            resource(gate, EXTENSION + "/call-log", GET=read, DELETE=delete),
            resource(gate, ACCOUNT + "/call-log", GET=read),
            resource(gate, EXTENSION + "/call-log/{record_id}", GET=one),
            resource(gate, ACCOUNT + "/call-log/{record_id}", GET=one),
            resource(gate, EXTENSION + "/active-calls", GET=active),
            resource(gate, ACCOUNT + "/active-calls", GET=active),
            resource(gate, ACCOUNT + "/recording/{recording_id}", GET=recording),
            resource(gate, ACCOUNT + "/recording/{recording_id}/content", GET=content),
        ]

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET call-log."""
        query = asked.query
        matches = record_filter(query)
        page, per_page = query.page(), query.per_page()
        if any(name in query for name in _ALONE):
            date_from, date_to = 0.0, self._world.now()
        else:
            date_to = _or(query.moment("dateTo"), self._world.now())
            date_from = _or(query.moment("dateFrom"), date_to - WEEK)
        chosen = page_of(self._log.select(date_from, date_to, matches), page, per_page)
        writer = self._writer(asked)
        return listing(chosen, asked.url, [writer.record(record) for record in chosen.records])

    def one(self, asked: Asked) -> Any:
        """GET call-log/{id}, or several with commas between them."""
        writer = self._writer(asked)

        def read(record_id: str) -> dict[str, Any]:
            try:
                return writer.record(self._log.get(record_id))
            except KeyError:
                pass
            for call in self._world.recent():
                if record_id == f"L{call.session_id}":
                    return writer.live(call, self._world.now(), self._result(call))
            raise not_found("callRecordId", record_id)

        return read_each(asked.path_value("record_id"), "callRecordId", read, writer.address)

    def delete(self, asked: Asked) -> Response:
        """DELETE call-log: everything up to `dateTo`."""
        now = self._world.now()
        self._log.delete(_or(asked.query.moment("dateTo"), now), now)
        return Response(status_code=204)

    def active(self, asked: Asked) -> dict[str, Any]:
        """GET active-calls: calls that are on, and those that ended within the last two minutes."""
        query = asked.query
        directions, types = query.all("direction", DIRECTIONS), query.all("type", TYPES)
        transports = query.all("transport", TRANSPORTS)
        conferences = query.all("conferenceType", ("AudioConferencing", "Meetings"))
        calls = [
            call
            for call in self._world.recent()
            if (not directions or ("Inbound" if call.inbound else "Outbound") in directions)
            and (not types or "Voice" in types)
            and (not transports or transport(call) in transports)
            and not conferences
        ]
        chosen = page_of(calls, query.page(), query.per_page())
        writer, now = self._writer(asked), self._world.now()
        records = [writer.live(call, now, self._result(call)) for call in chosen.records]
        return listing(chosen, asked.url, records)

    def recording(self, asked: Asked) -> dict[str, Any]:
        """GET recording/{id}."""
        recording_id, record = self._recorded(asked)
        uri = asked.uri(f"/restapi/v1.0/account/{self._world.account.id}/recording/{recording_id}/content")
        seconds = record.duration_ms // 1000
        return {"id": recording_id, "contentUri": uri, "contentType": "audio/wav", "duration": seconds}

    def recording_content(self, asked: Asked) -> Response:
        """GET recording/{id}/content: a second of silence."""
        self._recorded(asked)
        disposition = asked.query.choice("contentDisposition", ("Inline", "Attachment"), "")
        name = asked.query.text("contentDispositionFilename") or "recording.wav"
        headers = {}
        if disposition:
            headers["Content-Disposition"] = f"{disposition.lower()}; filename*=UTF-8''{quote(name)}"
        return Response(_silence(), media_type="audio/wav", headers=headers)

    def _recorded(self, asked: Asked) -> tuple[str, Record]:
        recording_id = asked.path_value("recording_id")
        for record in self._log.select(0.0, self._world.now()):
            if record.recording and record.recording[0] == recording_id:
                return recording_id, record
        raise not_found("recordingId", recording_id)

    def _writer(self, asked: Asked) -> RecordWriter:
        detailed = asked.query.choice("view", VIEWS, "Simple") == "Detailed"
        return RecordWriter(self._world.account, asked.uri, detailed=detailed)

    def _result(self, call: Call) -> str:
        return "In Progress" if call.alive else result_of(call, self._ring_outs.of_call(call))[0]


def record_filter(query: Query) -> Callable[[Record], bool]:
    """What a record must have for the query's filters; ApiError 400 for a wrong or forbidden combination."""
    for name in _ALONE:
        if name in query:
            return _alone(query, name)
    if "phoneNumber" in query and "extensionNumber" in query:
        raise not_together("phoneNumber", "extensionNumber")
    numbers = ["+" + re.sub(r"\D", "", number) for number in query.all("phoneNumber")]
    if any(number == "+" for number in numbers):
        raise invalid_parameter("phoneNumber")
    extension = query.text("extensionNumber")
    directions, types = query.all("direction", DIRECTIONS), query.all("type", TYPES)
    transports = query.all("transport", TRANSPORTS)
    recorded = recording_filter(query)
    show_deleted = query.flag("showDeleted")
    query.flag("showBlocked", default=True)

    def matches(record: Record) -> bool:
        sides = (record.caller.number, record.callee.number)
        return (
            (show_deleted or not record.deleted)
            and (not numbers or any(number in sides for number in numbers))
            and (extension is None or extension in sides)
            and (not directions or ("Inbound" if record.inbound else "Outbound") in directions)
            and (not types or "Voice" in types)
            and (not transports or record.transport in transports)
            and recorded(record)
        )

    return matches


def _alone(query: Query, name: str) -> Callable[[Record], bool]:
    """`sessionId` and its newer sister stand alone: CLG-110 with any other filter."""
    value = query.text(name)
    for other in (*_ALONE, *_WITH_NONE_OF):
        if other != name and other in query:
            raise not_together(name, other, code="CLG-110")
    show_deleted = query.flag("showDeleted")
    if name == "sessionId":
        return lambda record: record.session_id == value and (show_deleted or not record.deleted)
    return lambda record: record.telephony_session_id == value and (show_deleted or not record.deleted)


def recording_filter(query: Query) -> Callable[[Record], bool]:
    """What a record must have for `recordingType` and `withRecording`."""
    wanted = query.choice("recordingType", _RECORDINGS, "")
    with_recording = query.flag("withRecording")
    if wanted:
        return lambda record: record.recording is not None and wanted in ("All", record.recording[1])
    return lambda record: record.recording is not None or not with_recording


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _silence() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))
    return buffer.getvalue()
