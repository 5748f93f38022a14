"""What a RingOut says to a person. No word of the wire gets through: what is not known here is a failure."""

from __future__ import annotations

from dataclasses import dataclass

from rcdesk.core.ringout_types import Order, Step


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
    "noanswer": _Trouble(
        "{who} did not answer", own_advice="Pick up your phone when it rings, or choose another."
    ),
    "busy": _Trouble("{who} is busy", own_advice="Finish the other call first, or choose another phone."),
    "rejected": _Trouble("{who} declined the call", own_advice="Call again if that was not meant."),
    "internationaldisabled": _Trouble(
        "{who} is abroad, and calls abroad are off",
        "Calls abroad are off for this account.",
        "Ask your administrator to allow them.",
        "Choose a phone in your own country.",
    ),
    "destinationblocked": _Trouble(
        "{who} may not be called", "Calls to this number are blocked.", "Ask your administrator why."
    ),
    "notenoughfunds": _Trouble(
        "{who} could not be called for lack of credit",
        "There is not enough credit for this call.",
        "Ask your administrator to add some.",
        "Ask your administrator to add credit.",
    ),
    "ringoutfromthisnumberisnotsupported": _Trouble(
        "{who} cannot be called this way", "The phone chosen cannot start this call.", "Choose another phone."
    ),
    "nosuchuser": _Trouble(
        "The number of {who} does not exist",
        "Nobody has this number.",
        "Check the number.",
        "Check its number.",
    ),
    "nosessionfound": _Trouble("{who} was already gone", "The call was over at once.", "Call again."),
    "refused": _Trouble("{who} was not rung"),
    "unsure": _Trouble("It is not known whether {who} rings"),
}
_UNKNOWN_TROUBLE = _Trouble("{who} could not be reached", advice="Try again in a moment.")


class Words:
    """The sentences about one order."""

    def __init__(self, order: Order) -> None:
        label = order.own_label or "phone"
        shouted = len(label) > 1 and label[1].isupper()  # "IP phone" keeps its capitals
        self._own = f"your {label if shouted else label[0].lower() + label[1:]}"
        self._other = order.name or order.shown or order.number
        self._prompt = order.prompt
        self.cancelled = "The call was cancelled."
        self.not_cancelled = "The call could not be cancelled."
        self.hang_up = "Hang up your phone to stop the call."
        self.lost = f"It is not known what became of the call to {self._other}."
        self.look_at_calls = "See under Calls whether it is still on."
        self.hung_up_first = f"{_capital(self._own)} hung up before {self._other} answered."
        self.failed = (f"The call to {self._other} could not be set up.", "Try again in a moment.")

    def own(self, step: Step, word: str, *, cancelling: bool) -> str:
        """What the user's own phone does."""
        who = _capital(self._own)
        match step:
            case Step.WAITING:
                return f"{who} is about to ring"
            case Step.RINGING:
                return f"Ringing {self._own}…"
            case Step.ANSWERED:
                return f"{who} answered"
            case Step.OVER:
                return f"{who} hung up"
        stopped = cancelling and word == "rejected"
        return f"{who} stopped ringing" if stopped else _leg_trouble(word, self._own)

    def other(self, step: Step, word: str, own: Step, *, over: bool) -> str:
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
        stopped = word == "rejected" and own in (Step.OVER, Step.FAILED)
        return f"The call to {self._other} was stopped" if stopped else _leg_trouble(word, self._other)

    def hint(self, own: Step, other: Step) -> str:
        """What the user may want to know while it is under way."""
        if own is Step.RINGING:
            return "Pick up your phone and press 1." if self._prompt else "Pick up your phone."
        if own is Step.ANSWERED and other is Step.RINGING:
            return "Your phone is already connected. If cancelling doesn’t stop the call, hang up your phone."
        return ""

    def connected(self, *, over: bool) -> str:
        """The good end; `over` if it was over again before the next poll."""
        return f"The call to {self._other} is over." if over else f"You are connected to {self._other}."

    def own_failed(self, word: str) -> tuple[str, str]:
        """Summary and advice when the user's own phone was not reached."""
        said = _leg_trouble(word, self._own)
        return f"{said}, so {self._other} was not called.", _trouble(word).own_advice

    def other_failed(self, word: str, own: Step) -> tuple[str, str]:
        """Summary and advice when the other side was not reached."""
        if word == "rejected" and own is Step.OVER:
            return self.hung_up_first, ""
        trouble = _trouble(word)
        return trouble.summary or _leg_trouble(word, self._other) + ".", trouble.advice


def _trouble(word: str) -> _Trouble:
    return _TROUBLES.get(word, _UNKNOWN_TROUBLE)


def _leg_trouble(word: str, who: str) -> str:
    return _capital(_trouble(word).leg.format(who=who))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
