"""What a RingOut says to a person."""

from __future__ import annotations

from dataclasses import dataclass

from rcdesk.core.ringout_types import LegStatus, Order, Step


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One way in which a leg fails. `{who}` is the phone or the person, within a sentence.

    Attributes:
        leg: what the leg itself says.
        summary: what follows for the call, said of the other side; "" means the leg's own words.
        advice: what to do if it befell the other side.
        own_advice: what to do if it befell the user's own phone.
    """

    leg: str
    summary: str = ""
    advice: str = ""
    own_advice: str = "Choose another phone to ring first."


_TROUBLES = {
    LegStatus.NO_ANSWER: _Trouble(
        "{who} did not answer", own_advice="Pick up your phone when it rings, or choose another."
    ),
    LegStatus.BUSY: _Trouble(
        "{who} is busy", own_advice="Finish the other call first, or choose another phone."
    ),
    LegStatus.REJECTED: _Trouble("{who} declined the call", own_advice="Call again if that was not meant."),
    LegStatus.ABROAD_OFF: _Trouble(
        "{who} is abroad, and calls abroad are off",
        "Calls abroad are off for this account.",
        "Ask your administrator to allow them.",
        "Choose a phone in your own country.",
    ),
    LegStatus.BLOCKED: _Trouble(
        "{who} may not be called", "Calls to this number are blocked.", "Ask your administrator why."
    ),
    LegStatus.NO_CREDIT: _Trouble(
        "{who} could not be called for lack of credit",
        "There is not enough credit for this call.",
        "Ask your administrator to add some.",
        "Ask your administrator to add credit.",
    ),
    LegStatus.NOT_SUPPORTED: _Trouble(
        "{who} cannot be called this way", "The phone chosen cannot start this call.", "Choose another phone."
    ),
    LegStatus.NO_SUCH_NUMBER: _Trouble(
        "The number of {who} does not exist",
        "Nobody has this number.",
        "Check the number.",
        "Check its number.",
    ),
    LegStatus.GONE: _Trouble("{who} was already gone", "The call was over at once.", "Call again."),
    LegStatus.FAILED: _Trouble("{who} could not be reached", advice="Try again in a moment."),
    LegStatus.REFUSED: _Trouble("{who} was not rung"),
    LegStatus.UNSURE: _Trouble("It is not known whether {who} rings"),
}


class Words:
    """The sentences about one order."""

    def __init__(self, order: Order) -> None:
        label = order.own_label or "phone"
        shouted = len(label) > 1 and label[1].isupper()  # "IP phone" keeps its capitals
        self._own = f"your {label if shouted else label[0].lower() + label[1:]}"
        self._other = order.name or order.shown or order.number
        self._prompt = order.prompt
        self.cancelled = "The call was cancelled."
        self.taken_back = "The call was cancelled before any phone rang."
        self.not_cancelled = "The call could not be cancelled."
        self.hang_up = "Hang up your phone to stop the call."
        self.lost = f"It is not known what became of the call to {self._other}."
        self.look_at_calls = "See under Calls whether it is still on."
        self.hung_up_first = f"{_capital(self._own)} hung up before {self._other} answered."
        self.failed = (f"The call to {self._other} could not be set up.", "Try again in a moment.")

    def own(self, step: Step, status: LegStatus, *, cancelling: bool, over: bool) -> str:
        """What the user's own phone does, or did when it is `over` for sure."""
        who = _capital(self._own)
        match step:
            case Step.WAITING:
                return f"It is not known whether {self._own} rang" if over else f"{who} is about to ring"
            case Step.RINGING:
                return f"{who} stopped ringing" if over else f"Ringing {self._own}…"
            case Step.ANSWERED:
                return f"{who} answered"
            case Step.OVER:
                return f"{who} answered, then the call was stopped" if cancelling else f"{who} hung up"
        stopped = cancelling and status is LegStatus.REJECTED
        return f"{who} stopped ringing" if stopped else _leg_trouble(status, self._own)

    def other(self, step: Step, status: LegStatus, own: Step, *, over: bool) -> str:
        """What the other side's phone does, or did when it is `over` for sure."""
        match step:
            case Step.WAITING:
                return f"{self._other} was not called" if over else f"Then {self._other} is called"
            case Step.RINGING:
                return f"The call to {self._other} was stopped" if over else f"Ringing {self._other}…"
            case Step.ANSWERED:
                return f"{self._other} answered"
            case Step.OVER:
                return f"{self._other} hung up"
        # The platform also rejects this leg when the user hangs up or cancels while it rings.
        stopped = status is LegStatus.REJECTED and own in (Step.OVER, Step.FAILED)
        return f"The call to {self._other} was stopped" if stopped else _leg_trouble(status, self._other)

    def hint(self, own: Step, other: Step) -> str:
        """What the user may want to know while it is under way."""
        if own is Step.RINGING:
            return "Pick up your phone and press 1." if self._prompt else "Pick up your phone."
        if own is Step.ANSWERED and other is Step.RINGING:
            return "Your phone is already connected. If cancelling doesn’t stop the call, hang up your phone."
        return ""

    def connected(self, *, over: bool) -> str:
        """The good end; `over` if it was over again before the next poll."""
        return self.over(None) if over else f"You are connected to {self._other}."

    def over(self, lasted: float | None) -> str:
        """What there is to say of a call that has ended; `lasted` in seconds, None if that is not known."""
        after = "" if lasted is None else f" after {_length(lasted)}"
        return f"The call to {self._other} is over{after}."

    def own_failed(self, status: LegStatus) -> tuple[str, str]:
        """Summary and advice when the user's own phone was not reached."""
        said = _leg_trouble(status, self._own)
        return f"{said}, so {self._other} was not called.", _TROUBLES[status].own_advice

    def other_failed(self, status: LegStatus, own: Step) -> tuple[str, str]:
        """Summary and advice when the other side was not reached."""
        if status is LegStatus.REJECTED and own is Step.OVER:
            return self.hung_up_first, ""
        trouble = _TROUBLES[status]
        return trouble.summary or _leg_trouble(status, self._other) + ".", trouble.advice


def _leg_trouble(status: LegStatus, who: str) -> str:
    return _capital(_TROUBLES[status].leg.format(who=who))


def _length(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
