"""The pretend company: who works there, their numbers and phones, and whom they know. Same seed, same account."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rcdesk.sandbox import names
from rcdesk.sandbox.chance import chance

MAIN_NUMBER = "+18885550100"
SALES_NUMBER = "+18005550178"
DIRECT_NUMBER = "+16505550100"
REDIRECT_URIS = tuple(f"http://127.0.0.1:{port}/callback" for port in (57000, 57001, 57002))
SCOPE = (
    "CallControl Contacts EditCallLog EditPresence ReadAccounts ReadCallLog ReadCallRecording ReadContacts "
    "ReadPresence RingOut WebSocket"
)


@dataclass(frozen=True)
class Person:
    """Someone outside the company, in the user's address book or not."""

    id: int
    first: str
    last: str
    number: str
    location: str
    company: str = ""
    known: bool = True
    """Whether the address book has them."""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True)
class Colleague:
    """An extension of the company: a user, or a call queue (`Department`)."""

    id: int
    extension: str
    first: str
    last: str
    title: str = ""
    department: str = ""
    number: str = ""
    type: str = "User"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True)
class OwnNumber:
    """A number that reaches the user or that others may be shown."""

    id: int
    number: str
    label: str
    usage: str
    location: str
    features: tuple[str, ...]
    primary: bool = False
    payment: str = "Local"


@dataclass(frozen=True)
class Phone:
    """A phone of the user that a RingOut can ring first: a device's line, or a number to forward to."""

    id: str
    label: str
    number: str
    type: str
    features: tuple[str, ...]
    flip: str
    device_id: str = ""
    model: str = ""
    serial: str = ""


@dataclass(frozen=True)
class Account:
    """Everything about the company that does not change while the sandbox runs."""

    seed: int
    id: int
    company: str
    me: Colleague
    colleagues: tuple[Colleague, ...]
    people: tuple[Person, ...]
    numbers: tuple[OwnNumber, ...]
    phones: tuple[Phone, ...]
    client_id: str
    client_secret: str
    public_client_id: str
    password: str
    jwt: str

    @property
    def extension_id(self) -> str:
        """The user's extension id as text."""
        return str(self.me.id)

    @property
    def queues(self) -> tuple[Colleague, ...]:
        """The call queues."""
        return tuple(one for one in self.colleagues if one.type == "Department")

    def email(self, colleague: Colleague) -> str:
        """A colleague's address; the domain is one that cannot exist (RFC 2606)."""
        name = f"{colleague.first}.{colleague.last}".strip(".").lower().replace(" ", ".")
        return f"{name}@{names.domain(self.company)}"

    def colleague(self, extension: str) -> Colleague | None:
        """The colleague with this extension number."""
        return self._by_extension.get(extension)

    def person(self, number: str) -> Person | None:
        """The outsider with this number."""
        return self._by_number.get(number)

    @cached_property
    def _by_extension(self) -> dict[str, Colleague]:
        return {one.extension: one for one in (self.me, *self.colleagues)}

    @cached_property
    def _by_number(self) -> dict[str, Person]:
        return {one.number: one for one in self.people}


def make_account(seed: int) -> Account:
    """The account of a seed. Dana Novak at extension 101 and whom she knows best are in every one."""
    rng = chance("account", seed)
    base = rng.randrange(200_000, 900_000) * 1_000
    account_id = base + 16
    client_id = _secret(seed, "client id", 22)
    me = Colleague(base + 1_016, "101", "Dana", "Novak", "Account manager", "Sales", DIRECT_NUMBER)
    return Account(
        seed=seed,
        id=account_id,
        company=rng.choice(names.COMPANIES),
        me=me,
        colleagues=_colleagues(rng, base),
        people=_people(rng, base),
        numbers=_numbers(base),
        phones=_phones(rng, base),
        client_id=client_id,
        client_secret=_secret(seed, "client secret", 43),
        public_client_id=_secret(seed, "public client id", 22),
        password=f"{rng.choice(names.WORDS)}-{rng.choice(names.WORDS)}-{rng.randrange(10, 100)}",
        jwt=_assertion(seed, str(me.id), client_id),
    )


def _colleagues(rng: random.Random, base: int) -> tuple[Colleague, ...]:
    made = [Colleague(base + 18_016, "118", "Finn", "Taylor", "Engineer", "Support", "+16505550118")]
    pairs = rng.sample([(first, last) for first in names.FIRST for last in names.LAST], 14)
    for offset, (first, last) in enumerate(pairs):
        extension = 102 + offset
        title, department = rng.choice(names.POSTS)
        number = f"+165055501{extension % 100:02d}"
        made.append(
            Colleague(base + extension * 1_000 + 16, str(extension), first, last, title, department, number)
        )
    made.append(Colleague(base + 201_016, "201", "Sales", "queue", number=SALES_NUMBER, type="Department"))
    made.append(Colleague(base + 204_016, "204", "Support", "line", number="+18005550144", type="Department"))
    return tuple(sorted(made, key=lambda one: one.extension))


def _people(rng: random.Random, base: int) -> tuple[Person, ...]:
    known = [
        Person(base + 300_001 + at, first, last, number, location, company)
        for at, (first, last, number, location, company) in enumerate(names.REGULARS)
    ]
    pairs = rng.sample([(first, last) for first in names.FIRST for last in names.LAST], 60)
    numbers: set[str] = {person.number for person in known}
    for at, (first, last) in enumerate(pairs):
        prefix, width, location = rng.choice(names.FICTIONAL_RANGES)
        number = prefix + f"{rng.randrange(10**width):0{width}d}"
        if number in numbers:
            continue
        numbers.add(number)
        company = rng.choice(["", *names.CUSTOMERS])
        known.append(Person(base + 300_101 + at, first, last, number, location, company, known=at % 3 != 0))
    return tuple(known)


def _numbers(base: int) -> tuple[OwnNumber, ...]:
    city = "San Mateo, CA"
    both = ("CallerId", "SmsSender", "MmsSender")
    return (
        OwnNumber(base + 400_004, DIRECT_NUMBER, "Direct", "DirectNumber", city, both, primary=True),
        OwnNumber(
            base + 401_004, MAIN_NUMBER, "Main", "MainCompanyNumber", "", ("CallerId",), payment="TollFree"
        ),
        OwnNumber(
            base + 402_004, SALES_NUMBER, "Sales", "CompanyNumber", "", ("CallerId",), payment="TollFree"
        ),
        OwnNumber(base + 403_004, "+16505550199", "Fax", "CompanyFaxNumber", city, ()),
    )


def _phones(rng: random.Random, base: int) -> tuple[Phone, ...]:
    serial = f"{rng.randrange(16**12):012X}"
    device = str(base + 500_004)
    soft = str(base + 501_004)
    return (
        Phone(
            "201",
            "Desk phone",
            "+16505550101",
            "PhoneLine",
            ("CallFlip",),
            "1",
            device,
            "Polycom VVX 250",
            serial,
        ),
        Phone("202", "Mobile", "+16505550117", "Mobile", ("CallFlip", "CallForwarding"), "2"),
        Phone("203", "Home office", "+442079460018", "Home", ("CallFlip", "CallForwarding"), "3"),
        Phone(
            "204", "RingCentral app", "+16505550119", "PhoneLine", ("CallFlip",), "4", soft, "RingCentral app"
        ),
    )


def _secret(seed: int, purpose: str, length: int) -> str:
    digest = hashlib.sha512(f"rcdesk sandbox {seed} {purpose}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().replace("-", "x").replace("_", "y")[:length]


def _assertion(seed: int, subject: str, client_id: str) -> str:
    """A JWT as the developer console hands out: for one user, far from its expiry, signed with a seeded key."""
    header = {"kid": _secret(seed, "key id", 22), "typ": "JWT", "alg": "HS256"}
    claims = {
        "aud": "rcdesk sandbox",
        "sub": subject,
        "azp": client_id,
        "iat": 1_767_225_600,
        "exp": 4_070_908_800,
    }
    signed = f"{_part(header)}.{_part(claims)}"
    key = _secret(seed, "signing key", 64).encode()
    signature = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _part(value: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()
