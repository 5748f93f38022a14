"""The answers of the running instance in words, for a terminal.

The words are the window's, said once more: loading the window's would take longer than the command may.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

STATES = {
    "ringing": "Ringing",
    "connected": "On a call",
    "on_hold": "On hold",
    "parked": "Parked",
    "ended": "Ended",
}
CALLING = "Calling"  # it rings at the other side
LINKS = {
    "off": "Not connected",
    "connecting": "Connecting",
    "live": "Live",
    "recovering": "Recovering",
    "polling": "Polling",
    "signed_out": "Signed out",
}
OUTCOMES = {
    "answered": "Answered",
    "answered_elsewhere": "Answered elsewhere",
    "missed": "Missed",
    "caller_gave_up": "They hung up first",
    "declined": "Declined",
    "voicemail": "Voicemail",
    "busy": "Busy",
    "connected": "Connected",
    "no_answer": "No answer",
    "other_did_not_answer": "Your phone answered, they did not",
    "own_phone_not_answered": "Your phone was not answered",
    "failed": "Failed",
    "unknown": "Unknown",
}

FOLLOWED = ("live", "polling")  # the states in which what is listed is what there is
NOTE_SHOWN = 60  # characters
OF_CALLS = ("status", "calls", "history")  # the commands whose answers tell of calls


def in_words(command: str, result: dict[str, Any]) -> str:
    """Tell the answer to `command` as a person would."""
    tellers = {"status": _status, "calls": _calls, "history": _history}
    teller = tellers.get(command)
    return teller(result) if teller else str(result["said"])


def _local(moment: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
    if moment is None:
        return "-"
    return datetime.fromisoformat(moment).astimezone().strftime(form)


def _way(transport: str) -> str:
    return "" if transport == "none" else f" ({transport})"


def _length(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _status(result: dict[str, Any]) -> str:
    account, link = result["account"], result["link"]
    who = f"{account['name']}, ext. {account['extension']}" if account else "nobody"
    gone = ", not live" if link["state"] == "signed_out" else ""
    since = f"{gone} since {_local(link['since'])}" if link["since"] else ""
    until = f", until {_local(result['session_ends_at'])}" if result.get("session_ends_at") else ""
    over = result["session"] == "expired"  # whose calls these are is told all the same
    lines = [f"{'Signed out:' if over else 'Signed in: '} {who}{until}"]
    if problem := result.get("session_problem"):
        lines.append(f"            {problem['title']} {problem['remedy']}")
    lines += [f"Link:       {LINKS[link['state']]}{since}{_way(link['transport'])}"]
    if result["last_event_at"]:
        lines.append(f"Last event: {_local(result['last_event_at'])}")
    lines += [
        f"Throttled:  {budget['group']} until {_local(budget['throttled_until'], '%H:%M:%S')}"
        for budget in result["budgets"]
        if budget["throttled_until"]
    ]
    lines.append(f"Live calls: {result['live_calls']}")
    lines.append(f"Missed:     {result['missed']}")
    if ringout := result["ringout"]:
        to = _who(ringout) if "shown" in ringout else ringout["to"]
        said = ringout["summary"] or f"{ringout['caller'].rstrip('…')}. {ringout['callee'].rstrip('…')}."
        lines.append(f"Dialled:    {to}. {said}")
    return "\n".join(lines)


def _who(call: dict[str, Any]) -> str:
    """Tell the other side of a call as the window does: its name and its number, or what is known of them."""
    title, number = call["shown"]["title"], call["shown"]["number"]
    return f"{title}  {number}" if number not in ("", title) else str(title)


def _calls(result: dict[str, Any]) -> str:
    link = result["link"]
    word = LINKS[link["state"]]
    followed = link["state"] in FOLLOWED
    if not result["calls"]:
        return f"No calls. ({word})" if followed else f"No calls are known of. ({word}{_age(link)})"
    rows = [
        f"{_state(call):10} {'from' if call['direction'] == 'inbound' else 'to':4} "
        f"{_who(call)}  since {_local(call['started_at'], '%Y-%m-%d %H:%M:%S')}"
        + (f"  ({call['queue']})" if call["queue"] else "")
        for call in result["calls"]
    ]
    return "\n".join([*rows, f"({word})" if followed else f"({word}{_age(link)})"])


def _state(call: dict[str, Any]) -> str:
    return CALLING if (call["state"], call["direction"]) == ("ringing", "outbound") else STATES[call["state"]]


def _age(link: dict[str, Any]) -> str:
    return f", as of {_local(link['since'])}" if link["since"] else ""


def _first_line(note: str) -> str:
    first, *more = note.strip().splitlines()
    return first if len(first) <= NOTE_SHOWN and not more else first[:NOTE_SHOWN].rstrip() + "…"


def _history(result: dict[str, Any]) -> str:
    if not result["calls"]:
        return "No calls found."
    return "\n".join(
        f"{_local(call['started_at'])}  {'<' if call['direction'] == 'inbound' else '>'} "
        f"{_who(call)}  {OUTCOMES[call['outcome']]}"
        + (f", {_length(call['duration'])}" if call["duration"] else "")
        + (f"  – {_first_line(call['note'])}" if call.get("note") else "")
        for call in result["calls"]
    )
