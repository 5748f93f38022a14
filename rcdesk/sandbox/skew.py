"""A server whose clock is wrong, as its clients see it: every moment in a text is off by the same."""

import re
from datetime import datetime, timedelta

_MOMENT = re.compile(rb"(\d{4})-(\d\d)-(\d\d)T(\d\d)(:|%3[Aa])(\d\d)(?::|%3[Aa])(\d\d)")
"""A date with its time, as in JSON and in the query of an address; fractions and zone stay as they are."""


def shifted(text: bytes, seconds: int) -> bytes:
    """A text whose moments are so much later; it stays as long as it was."""

    def later(found: re.Match[bytes]) -> bytes:
        year, month, day, hour, minute, second = (int(found[group]) for group in (1, 2, 3, 4, 6, 7))
        try:
            moment = datetime(year, month, day, hour, minute, second) + timedelta(seconds=seconds)  # noqa: DTZ001
        except (ValueError, OverflowError):  # looks like a moment, and is none
            return found[0]
        date, time = moment.isoformat().encode().split(b"T")
        return date + b"T" + time.replace(b":", found[5])

    return _MOMENT.sub(later, text)
