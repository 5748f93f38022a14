"""PlatformClock: by how much the platform's clock is ahead of ours, learned from its answers."""

from __future__ import annotations

import math

WHOLE = 1.0  # seconds; answers are dated in whole ones, rounded down (RFC 9110, "Date")

Span = tuple[float, float]
"""The least and the most seconds by which the platform's clock can be ahead."""

_ANY: Span = (-math.inf, math.inf)


class PlatformClock:
    """What the dates of answers tell of the platform's clock, which is never asked for by itself.

    An answer is dated at some moment between its request and its arrival; so each one gives two bounds, closer
    the less time it took, and they hold together. The estimate stays where it is as long as they allow it, at 0
    to begin with: of two clocks that are right no difference is ever told, whatever the delays.
    """

    def __init__(self) -> None:
        self._known: Span = _ANY
        self._odd: Span | None = None  # what the last answer told, against all that was known
        self._ahead = 0.0

    @property
    def ahead(self) -> float | None:
        """Seconds by which the platform's clock is ahead of ours, negative if it is behind; None until told."""
        return None if self._known == _ANY else self._ahead

    def told(self, date: float, sent_at: float, now: float) -> None:
        """Take in that an answer was dated `date`; it was asked for at `sent_at` and has come `now`.

        A date that cannot be true by all that is known is believed once the next one bears it out, or is off to
        the same side: then a clock was set, or goes wrong. A single one is a proxy's, or that of one server of a few.
        """
        span = date - now, date + WHOLE - sent_at
        both = _both(self._known, span) or (self._odd and _next(self._known, self._odd, span))
        if both:
            self._known, self._odd = both, None
        else:
            self._odd = span
        least, most = self._known
        self._ahead = min(max(self._ahead, least), most)


def _next(known: Span, odd: Span, span: Span) -> Span | None:
    """What is known after two answers apart from it, None if they are against each other as well."""
    one_side = (odd > known) is (span > known)
    return _both(odd, span) or (span if one_side else None)


def _both(one: Span, other: Span) -> Span | None:
    least, most = max(one[0], other[0]), min(one[1], other[1])
    return (least, most) if least <= most else None
