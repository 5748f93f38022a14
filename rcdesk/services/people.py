"""People: the best name known for a number, and where it comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from rcdesk.core import numbers
from rcdesk.core.people import Person, Source, Who
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session import Platform
from rcdesk.services.tasks import Nursery

_TRUST = list(Source)  # declared in falling order of trust


class People:
    """The address book and the company directory, looked up by number.

    Loaded once after sign-in, at the lowest urgency; until then names are what the platform tells.
    `changed` says that names got known: what shows any should be painted again.
    """

    def __init__(self, nursery: Nursery, platform: Latest[Platform | None]) -> None:
        self.changed: Feed[None] = Feed()
        self._nursery = nursery
        self._platform = platform
        self._by_number: dict[str, Person] = {}
        platform.subscribe(self._on_platform)

    @property
    def region(self) -> str:
        platform = self._platform.value
        return platform.account.region if platform else "US"

    def who(self, number: str, name: str = "", location: str = "") -> Who:
        """Tell who is behind `number`; `name` and `location` are what the platform said of it."""
        shown = numbers.show(number, self.region)
        person = self._by_number.get(self._key(number)) if number else None
        if person:
            return Who(person.name, shown, location or person.detail, person.source)
        if name:
            return Who(name, shown, location, Source.PLATFORM)
        if location:
            return Who(shown or "Unknown caller", shown, location, Source.REGION)
        return Who(shown or "Unknown caller", shown, "", Source.NONE)

    def name(self, number: str) -> str:
        """Return the name under which `number` is known here, "" if it is not."""
        person = self._by_number.get(self._key(number)) if number else None
        return person.name if person else ""

    def where(self, number: str, on_place: Callable[[str], None]) -> None:
        """Look up where an E.164 number belongs; `on_place` is called with "Oslo" or "", later."""
        self._nursery.start(self._where(number, on_place), name="place of a number")

    def learn(self, people: Iterable[Person]) -> None:
        """Take in people; of two with the same number the one from the more trusted source stays."""
        for person in people:
            for number in person.numbers:
                key = self._key(number)
                known = self._by_number.get(key)
                if key and (known is None or _TRUST.index(person.source) < _TRUST.index(known.source)):
                    self._by_number[key] = person
        self.changed.publish(None)

    def _key(self, number: str) -> str:
        return numbers.digits(numbers.e164(number, self.region))

    def _on_platform(self, platform: Platform | None) -> None:
        if platform:
            self._nursery.start(self._load(platform), name="contacts")
        else:
            self._by_number.clear()

    async def _where(self, number: str, on_place: Callable[[str], None]) -> None:
        on_place(await asyncio.to_thread(numbers.where, number))  # its tables take half a second to load

    async def _load(self, platform: Platform) -> None:
        self.learn(await platform.api.directory())
        self.learn(await platform.api.contacts())
