"""Words: times, clocks and states as the screen says them. Pure; `now` is always an argument."""

from __future__ import annotations

from datetime import UTC, datetime

from rcdesk.core.calls import Call, Direction, Stage

MINUTE, HOUR, DAY = 60, 3600, 86400

# Own tables: Python's and Qt's would follow the system's language, and the rest of the screen does not.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

STAGES = {
    Stage.RINGING: "Ringing",
    Stage.CONNECTED: "On a call",
    Stage.ON_HOLD: "On hold",
    Stage.PARKED: "Parked",
    Stage.ENDED: "Ended",
}


def clock(seconds: float) -> str:
    """Return a duration as "0:09", "12:40" or "1:02:03"; never below zero."""
    minutes, rest = divmod(max(int(seconds), 0), MINUTE)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(seconds: float) -> str:
    """Return a duration in one unit: "12 s", "4 min", "3 h", "2 days"."""
    whole = max(int(seconds), 0)
    if whole < 2 * MINUTE:
        return f"{whole} s"
    if whole < 2 * HOUR:
        return f"{whole // MINUTE} min"
    return f"{whole // HOUR} h" if whole < 2 * DAY else f"{whole // DAY} days"


def time_of_day(at: float) -> str:
    """Return the local time as "09:24"."""
    return _local(at).strftime("%H:%M")


def time_in_seconds(at: float) -> str:
    """Return the local time as "09:24:07"."""
    return _local(at).strftime("%H:%M:%S")


def day(at: float, now: float) -> str:
    """Return the local day: "Today", "Yesterday", "Friday 20 November", with the year if it is not this one."""
    then, today = _local(at), _local(now)
    gone = (today.date() - then.date()).days
    if gone in (0, 1):
        return ("Today", "Yesterday")[gone]
    year = "" if then.year == today.year else f" {then.year}"
    return f"{_DAYS[then.weekday()]} {then.day} {_MONTHS[then.month - 1]}{year}"


def ago(at: float, now: float) -> str:
    """Return when something was, for the end of a row: "now", "12 min", "09:24", "Yesterday", "20 Nov"."""
    age = now - at
    if age < HOUR:
        return "now" if age < MINUTE else f"{int(age // MINUTE)} min"
    then, today = _local(at), _local(now)
    gone = (today.date() - then.date()).days
    if gone in (0, 1):
        return "Yesterday" if gone else time_of_day(at)
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {_MONTHS[then.month - 1][:3]}{year}"


def in_full(at: float) -> str:
    """Return a moment in full, for tooltips: "Friday 20 November 2026, 10:42:05"."""
    then = _local(at)
    return f"{_DAYS[then.weekday()]} {then.day} {_MONTHS[then.month - 1]} {then.year}, {then:%H:%M:%S}"


def moment(at: float, now: float) -> str:
    """Return a moment: "10:42", with the day if it was not today."""
    when = day(at, now)
    return time_of_day(at) if when == "Today" else f"{when}, {time_of_day(at)}"


def since(at: float, now: float) -> str:
    """Return the beginning of a state: "since 10:42", with the day if it was not today."""
    return f"since {moment(at, now)}"


def since_briefly(at: float, now: float) -> str:
    """Return the same where there is little room: "since 10:42", "since yesterday", "since 20 Nov"."""
    when = day(at, now)
    if when == "Today":
        return f"since {time_of_day(at)}"
    return "since yesterday" if when == "Yesterday" else f"since {ago(at, now)}"


def period(began: float, ended: float, now: float) -> str:
    """Return a stretch of time: "09:12–10:47", "Yesterday 18:02 – today 08:55"; with the day unless all is today."""
    first, last = day(began, now), day(ended, now)
    if first == last:
        return ("" if first == "Today" else f"{first} ") + f"{time_of_day(began)}–{time_of_day(ended)}"
    inside = last.lower() if last in ("Today", "Yesterday") else last
    return f"{first} {time_of_day(began)} – {inside} {time_of_day(ended)}"


def joined(*parts: str) -> str:
    """Return what is known, with dots between: "+47 22 12 34 56 · Oslo · Sales queue"."""
    return " · ".join(part for part in parts if part)


def first_line(text: str) -> str:
    """Return as much of a text as fits into a row of a list: its first line that says something."""
    return text.strip().partition("\n")[0].rstrip()


def note(text: str) -> str:
    """Return what is said of a note beside other things: "note: call back Tuesday"; "" if there is none."""
    return f"note: {first_line(text)}" if text else ""


def initials(name: str) -> str:
    """Return one or two letters for the avatar: "DN" for "Dana Novak", "?" for nobody."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0].upper() for word in ends) or "?"


def call_seconds(call: Call, now: float) -> float:
    """Return what the clock of `call` shows: how long it rings, or how long it has been answered."""
    talking = call.stage is not Stage.RINGING and call.answered_at is not None
    began = call.answered_at if talking and call.answered_at is not None else call.started_at
    return (call.ended_at if call.ended_at is not None else now) - began


def call_clock(call: Call, now: float) -> str:
    """Return the clock of `call`; while it is talked it keeps its width for an hour ("04:12")."""
    text = clock(call_seconds(call, now))
    return text if call.stage is Stage.RINGING else text.rjust(5, "0")


def stage_word(call: Call) -> str:
    """Return what `call` is doing: "Ringing", "Calling" if it rings at the other side, "On a call" …"""
    if call.stage is Stage.RINGING and call.direction is Direction.OUTBOUND:
        return "Calling"
    return STAGES[call.stage]


def queue_name(name: str) -> str:
    """Return a queue as the screen calls it: "Sales queue"; "" for none."""
    return name if not name or "queue" in name.lower() else f"{name} queue"


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 missed call", "3 missed calls"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC).astimezone()


def profile(name: str) -> str:
    """Return what tells a profile from others, "" for the one that most people have alone, and for the demo."""
    return "" if name in ("default", "demo") else name
