"""Answers: what the local socket says of the program, in names that scripts can rely on (see README)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rcdesk import __version__
from rcdesk.core import numbers
from rcdesk.core.calls import Call
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import CallRecord, Query
from rcdesk.core.pacing import Budget
from rcdesk.core.ringout import End, Step
from rcdesk.services.commands import number_of, text_of
from rcdesk.services.dialer import NOT_SIGNED_IN, Dialer
from rcdesk.services.history import History
from rcdesk.services.link import Link
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.people import People
from rcdesk.services.session import Session

LAST_ID = 2**63 - 1  # of the store
TAKEN_WITHIN = 12.0  # seconds; in less a call has left or never does, and the command line waits for more

NOT_KNOWN = Problem(
    "It is not known yet whether the call was placed.",
    "Ask `rcdesk status`, or look at your phone, before you dial again.",
    Kind.LOCAL,
)

Request = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a command can ask of the window. `raise_window` takes a desktop's activation token, "" if none."""

    raise_window: Callable[[str], None]
    fill: Callable[[str], None]
    quit: Callable[[], None]


class Answers:
    """The handlers of every command, by name."""

    def __init__(
        self,
        session: Session,
        link: Link,
        calls: LiveCalls,
        people: People,
        dialer: Dialer,
        history: History,
        wishes: Wishes,
    ) -> None:
        self._session = session
        self._link = link
        self._calls = calls
        self._people = people
        self._dialer = dialer
        self._history = history
        self._wishes = wishes

    def handlers(self) -> dict[str, Callable[[Request], Awaitable[Answer]]]:
        """Return what each command is answered by."""
        return {
            "status": self._status,
            "calls": self._list_calls,
            "history": self._list_history,
            "note": self._note,
            "dial": self._dial,
            "cancel": self._cancel,
            "quit": self._quit,
            "raise": self._raise,
            "resume": self._resume,
        }

    async def _status(self, request: Request) -> Answer:
        state = self._session.state.value
        account = state.account
        return {
            "account": {"name": account.name, "extension": account.extension_number, "server": state.server}
            if account
            else None,
            "session": state.phase.value,
            "session_ends_at": _iso(state.ends_at) if state.ends_at else None,
            "session_problem": _problem(state.over or state.problem),
            "link": self._link_now(),
            "live_calls": len(self._calls.calls),
            "missed": self._history.missed.value,
            "ringout": self._ringout_now(request),
            "last_event_at": _iso_or_none(self._link.last_heard),
            "budgets": [_budget(budget) for budget in self._session.budgets()],
            "version": __version__,
        }

    async def _list_calls(self, request: Request) -> Answer:
        as_shown = self._dialer.as_shown if request.get("shown") is True else lambda call: call
        calls = [
            self._call(as_shown(call)) | self._shown(request, call.peer_number, call.peer_name)
            for call in self._calls.calls
        ]
        return {"link": self._link_now(), "calls": calls}

    async def _list_history(self, request: Request) -> Answer:
        limit = number_of(request, "limit", 20)
        page = await self._history.page(Query(text=text_of(request, "search")), None, limit)

        def told() -> list[Answer]:
            return [
                self._record(record) | self._shown(request, record.number, record.name, record.location)
                for record in page.records
            ]

        return {"calls": await asyncio.to_thread(told), "missed": self._history.missed.value}

    async def _note(self, request: Request) -> Answer:
        text = text_of(request, "text")
        await self._history.notes.put(number_of(request, "id", 0, LAST_ID), text)
        return {"said": "The note is saved." if text.strip() else "The call has no note."}

    async def _dial(self, request: Request) -> Answer:
        text = text_of(request, "number")
        number = self._dialer.read(text)
        if isinstance(number, numbers.Unreadable):
            raise Problem("The number was not dialled.", number.why, Kind.BAD_REQUEST)
        shown = numbers.show(number.dial, self._people.region)
        if request.get("yes") is not True:  # a script's "no" is no yes
            self._wishes.fill(text)
            self._wishes.raise_window(text_of(request, "activation"))
            waits = "" if self._session.platform.value else " It waits there until you have signed in."
            return {"said": f"{shown} is in the dial pad; nothing was dialled.{waits}"}
        if self._session.platform.value is None:  # before the phones are asked for, which nobody has then
            raise NOT_SIGNED_IN
        order = self._dialer.order(number.dial, name=self._people.name(number.dial), shown=shown)
        self._dialer.dial(order)
        progress = await self._dialer.taken(TAKEN_WITHIN)
        if progress and progress.end not in (None, End.CONNECTED, End.OVER):
            raise Problem(progress.summary, progress.advice, Kind.LOCAL)
        if progress and progress.end is None and progress.own is Step.WAITING:
            raise NOT_KNOWN
        own = order.own_label or numbers.show(order.own, self._people.region)
        return {"said": f"Calling {shown}. Your phone rings first: {own}."}

    async def _cancel(self, _request: Request) -> Answer:
        if not self._dialer.busy:
            raise Problem("Nothing was cancelled.", "No call is being placed.", Kind.LOCAL)
        self._dialer.cancel()
        return {"said": "Asked to cancel; `rcdesk status` tells whether it worked."}

    async def _quit(self, _request: Request) -> Answer:
        self._wishes.quit()
        return {"said": "rcdesk ends."}

    async def _raise(self, request: Request) -> Answer:
        fill = text_of(request, "fill")
        if fill:
            self._wishes.fill(fill)
        self._wishes.raise_window(text_of(request, "activation"))
        number = self._dialer.read(fill) if fill else None
        if isinstance(number, numbers.Unreadable):  # the window says so too
            raise Problem("The link holds no number to call.", number.why, Kind.BAD_REQUEST)
        return {"said": "rcdesk is in front."}

    async def _resume(self, _request: Request) -> Answer:
        self._session.resume()
        return {"said": "rcdesk signs in."}

    def _link_now(self) -> Answer:
        status = self._calls.link.value
        since = _iso(status.since) if status.since else None
        return {"state": status.state.value, "since": since, "transport": status.transport.value}

    def _shown(self, request: Request, number: str, name: str = "", location: str = "") -> Answer:
        """How the window writes the other side of a call, for who asks in the name of a person."""
        if request.get("shown") is not True:
            return {}
        who = self._people.who(number, name, location)
        return {"shown": {"title": who.title, "number": who.number}}

    def _ringout_now(self, request: Request) -> Answer | None:
        progress = self._dialer.progress.value
        if progress is None:
            return None
        return self._shown(request, progress.order.number, progress.order.name) | {
            "to": progress.order.number,
            "state": progress.end.value.replace(" ", "_") if progress.end else "under_way",
            "caller": progress.own_words,
            "callee": progress.other_words,
            "summary": progress.summary,
        }

    def _call(self, call: Call) -> Answer:
        region = self._people.region
        return {
            "session_id": call.session_id,
            "state": call.stage.value,
            "direction": call.direction.value,
            "from": numbers.e164(call.from_number, region),
            "to": numbers.e164(call.to_number, region),
            "name": call.peer_name or self._people.name(call.peer_number) or None,
            "started_at": _iso(call.started_at),
            "queue": call.queue or None,
        }

    def _record(self, record: CallRecord) -> Answer:
        return {
            "id": record.id,
            "session_id": record.session_id,
            "direction": record.direction.value,
            "outcome": record.outcome.value,
            "name": record.name or self._people.name(record.number) or None,
            "number": record.number,
            "location": record.location,
            "started_at": _iso(record.started_at),
            "duration": None if record.untimed else record.duration,
            "queue": record.queue or None,
            "reason": record.reason,
            "provisional": record.provisional,
            "seen": record.seen,
            "note": record.note,
        }


def _problem(problem: Problem | None) -> Answer | None:
    """`why` is null unless it is the end of a session."""
    if problem is None:
        return None
    why = problem.ending.value if problem.ending else None
    return {"why": why, "title": problem.title, "remedy": problem.remedy}


def _budget(budget: Budget) -> Answer:
    return {
        "group": budget.group,
        "limit": budget.limit,
        "left": budget.left,
        "full_at": _iso_or_none(budget.full_at),
        "throttled_until": _iso_or_none(budget.throttled_until),
    }


def _iso_or_none(moment: float | None) -> str | None:
    return None if moment is None else _iso(moment)


def _iso(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
