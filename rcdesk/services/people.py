"""People: the best name known for a number, and where it comes from."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable

from rcdesk.core import numbers
from rcdesk.core.account import Account
from rcdesk.core.people import WITHHELD, Person, Source, Who
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session import Platform
from rcdesk.services.tasks import Group, Nursery, patiently

_TRUST = list(Source)  # declared in falling order of trust
_AT_ONCE = 15  # people whose numbers are read before the loop may go on: some milliseconds


class People:
    """The address book and the company directory, looked up by number.

    Loaded once after sign-in, at the lowest urgency; until then names are what the platform tells. They stay
    when the session is over, until somebody else signs in.
    `changed` says that names got known: what shows any should be painted again.
    """

    def __init__(self, nursery: Nursery, platform: Latest[Platform | None]) -> None:
        self.changed: Feed[None] = Feed()
        self._loading = Group(nursery)
        self._account: Account | None = None
        self._by_number: dict[str, Person] = {}
        platform.subscribe(self._on_platform)

    @property
    def region(self) -> str:
        """The country by whose rules numbers are read and shown: that of who is, or was last, signed in."""
        return self._account.region if self._account else "US"

    def who(self, number: str, name: str = "", location: str = "") -> Who:
        """Tell who is behind `number`; `name` and `location` are what the platform said of it."""
        shown = numbers.show(number, self.region)
        person = self._by_number.get(self._key(number)) if number else None
        if person:
            return Who(person.name, shown, location or person.detail, person.source)
        if name:
            return Who(name, shown, location, Source.PLATFORM)
        region = location or numbers.where(numbers.e164(number, self.region))
        return Who(shown or WITHHELD, shown, region, Source.REGION if region else Source.NONE)

    def name(self, number: str) -> str:
        """Return the name under which `number` is known here, "" if it is not."""
        person = self._by_number.get(self._key(number)) if number else None
        return person.name if person else ""

    def learn(self, people: Iterable[Person]) -> None:
        """Take in people; of two with one number the more trusted source stays, else the later."""
        self._take(people)
        self.changed.publish(None)

    def _take(self, people: Iterable[Person]) -> None:
        for person in people:
            for number in person.numbers:
                key = self._key_of_person(number)
                known = self._by_number.get(key)
                if key and (known is None or _TRUST.index(person.source) <= _TRUST.index(known.source)):
                    self._by_number[key] = person

    def _key(self, number: str) -> str:
        return numbers.digits(numbers.e164(number, self.region))

    def _key_of_person(self, written: str) -> str:
        """Like `_key`, of a number that a person may have written as they do at home."""
        number = numbers.read(written, self.region)
        return numbers.digits(number.dial) if isinstance(number, numbers.Number) else self._key(written)

    def _on_platform(self, platform: Platform | None) -> None:
        self._loading.cancel()
        if platform is None:
            return
        if self._account and self._account.key != platform.account.key:
            self._by_number.clear()
            self.changed.publish(None)
        self._account = platform.account
        self._loading.start(self._load(platform.api.directory), name="directory")
        self._loading.start(self._load(platform.api.contacts), name="contacts")

    async def _load(self, ask: Callable[[], Awaitable[tuple[Person, ...]]]) -> None:
        people = iter(await patiently(ask, what="people left out") or ())
        while some := list(itertools.islice(people, _AT_ONCE)):
            self._take(some)
            await asyncio.sleep(0)
        self.changed.publish(None)
