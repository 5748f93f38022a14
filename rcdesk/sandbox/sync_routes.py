"""Sync of the call log: a full one, then only what is new ("Call log", sync part of the guide)."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from rcdesk.sandbox.call_log import CallLog, Record
from rcdesk.sandbox.clock import iso
from rcdesk.sandbox.errors import invalid_parameter
from rcdesk.sandbox.log_routes import VIEWS, recording_filter
from rcdesk.sandbox.log_wire import RecordWriter
from rcdesk.sandbox.rest import ACCOUNT, EXTENSION, Asked, Gate, Operation, resource
from rcdesk.sandbox.sync_tokens import Frame, SyncTokens, bad_token
from rcdesk.sandbox.world import World

MOST = 250
"""Records in one answer. More than that new since a token makes the token worthless."""
REACH = 30 * 86_400.0
"""How far back a sync goes, in seconds."""


class SyncRoutes:
    """FSync and ISync."""

    def __init__(
        self, world: World, call_log: CallLog, tokens: SyncTokens, real: Callable[[], float]
    ) -> None:
        self._world = world
        self._log = call_log
        self._tokens = tokens
        self._real = real

    def routes(self, gate: Gate) -> list[Route]:
        """The routes, at the level of the extension and of the account."""
        sync = Operation("Heavy", self.sync)
        return [
            resource(gate, EXTENSION + "/call-log-sync", GET=sync),
            resource(gate, ACCOUNT + "/call-log-sync", GET=sync),
        ]

    def sync(self, asked: Asked) -> dict[str, Any]:
        """GET call-log-sync."""
        if asked.query.choice("syncType", ("FSync", "ISync"), "FSync") == "FSync":
            return self._full(asked)
        return self._incremental(asked)

    def _full(self, asked: Asked) -> dict[str, Any]:
        """The newest `recordCount` records (250 if not said) since `dateFrom`."""
        query, now = asked.query, self._world.now()
        count = query.count("recordCount", MOST, most=MOST)
        wished = query.moment("dateFrom")
        date_from = now - REACH if wished is None else max(wished, now - REACH)
        missed_only = query.all("statusGroup", ("Missed", "All")) == ["Missed"]
        view = query.choice("view", VIEWS, "Simple")
        query.flag("showDeleted")
        wanted = _wanted(recording_filter(query), missed_only=missed_only)
        records = self._log.select(date_from, now, wanted)[:count]
        frame = Frame(
            epoch=self._log.epoch,
            revision=self._log.revision,
            oldest=records[-1].started_at if records else now,
            issued=self._real(),
            view=view,
            missed_only=missed_only,
        )
        return self._answer(asked, "FSync", records, frame)

    def _incremental(self, asked: Asked) -> dict[str, Any]:
        """What is new since the token, and with `recordCount` that many older ones than it had."""
        query = asked.query
        token = query.text("syncToken")
        if token is None:
            raise invalid_parameter("syncToken")
        had = self._tokens.read(token, self._log.epoch)
        more = query.count("recordCount", 0, most=MOST)
        show_deleted = query.flag("showDeleted")
        wanted = _wanted(recording_filter(query), missed_only=had.missed_only, show_deleted=show_deleted)
        fresh = [record for record in self._log.newer(had.revision) if wanted(record)]
        if len(fresh) > MOST:
            raise bad_token("CLG-103", "too old: more than 250 records are new")
        older = self._log.select(self._world.now() - REACH, had.oldest, _older_than(had, wanted))
        extension = older[: min(more, MOST - len(fresh))]
        frame = Frame(
            epoch=had.epoch,
            revision=self._log.revision,
            oldest=extension[-1].started_at if extension else had.oldest,
            issued=self._real(),
            view=had.view,
            missed_only=had.missed_only,
        )
        return self._answer(asked, "ISync", [*fresh, *extension], frame)

    def _answer(self, asked: Asked, kind: str, records: list[Record], frame: Frame) -> dict[str, Any]:
        writer = RecordWriter(self._world.account, asked.uri, detailed=frame.view == "Detailed")
        return {
            "uri": str(asked.url),
            "records": [writer.record(record) for record in records],
            "syncInfo": {
                "syncType": kind,
                "syncToken": self._tokens.write(frame),
                "syncTime": iso(self._world.now()),
            },
        }


def _wanted(
    recorded: Callable[[Record], bool], *, missed_only: bool, show_deleted: bool = False
) -> Callable[[Record], bool]:
    return lambda record: (
        (show_deleted or not record.deleted) and (not missed_only or record.missed) and recorded(record)
    )


def _older_than(had: Frame, wanted: Callable[[Record], bool]) -> Callable[[Record], bool]:
    return lambda record: (
        record.started_at < had.oldest and record.revision <= had.revision and wanted(record)
    )
