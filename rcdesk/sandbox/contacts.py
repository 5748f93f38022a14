"""The user's address book: read, created, changed and deleted."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from rcdesk.sandbox import account_wire as wire
from rcdesk.sandbox.account import Account
from rcdesk.sandbox.errors import invalid_parameter, not_found
from rcdesk.sandbox.paging import listing, page_of
from rcdesk.sandbox.rest import EXTENSION, Asked, Gate, Operation, resource

_PHONES = (
    "homePhone", "homePhone2", "businessPhone", "businessPhone2", "mobilePhone", "companyPhone", "assistantPhone",
    "carPhone", "otherPhone", "callbackPhone", "businessFax", "otherFax",
)  # fmt: skip
_TEXTS = (
    "firstName", "lastName", "middleName", "nickName", "company", "jobTitle", "email", "email2", "email3",
    "birthday", "webPage", "notes", "ringtoneIndex", *_PHONES,
)  # fmt: skip
_ADDRESSES = ("homeAddress", "businessAddress", "otherAddress")
_SORTS = {"FirstName": "firstName", "LastName": "lastName", "Company": "company"}


class Contacts:
    """The contacts and their routes."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._contacts: dict[int, dict[str, Any]] = {}
        self.reset()

    def reset(self) -> None:
        """Only those whom the account begins with."""
        self._contacts = {
            one.id: wire.contact(self._account, one) for one in self._account.people if one.known
        }

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        path = EXTENSION + "/address-book/contact"
        operations = {
            "GET": Operation("Heavy", self.one),
            "PUT": Operation("Heavy", self.replace),
            "PATCH": Operation("Heavy", self.change),
            "DELETE": Operation("Heavy", self.delete),
        }
        return [
            resource(gate, path, GET=Operation("Heavy", self.read), POST=Operation("Heavy", self.create)),
            resource(gate, path + "/{contact_id}", **operations),
        ]

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET contact: filtered, sorted, in pages."""
        query = asked.query
        start = (query.text("startsWith") or "").lower()
        numbers = {"+" + number.strip().lstrip("+") for number in query.all("phoneNumber")}
        sorts = query.all("sortBy", _SORTS) or ["FirstName"]
        found = [
            contact_id
            for contact_id, contact in self._contacts.items()
            if _starts(contact, start)
            and (not numbers or any(contact.get(phone) in numbers for phone in _PHONES))
        ]
        found.sort(
            key=lambda contact_id: [self._contacts[contact_id].get(_SORTS[sort], "") for sort in sorts]
        )
        page = page_of(found, query.page(), query.per_page())
        body = listing(page, asked.url, [self._written(asked, contact_id) for contact_id in page.records])
        groups = asked.uri(f"{wire.extension_path(self._account)}/address-book/group")
        return {**body, "groups": {"uri": groups}}

    def one(self, asked: Asked) -> dict[str, Any]:
        """GET contact/{id}."""
        return self._written(asked, self._id(asked))

    def create(self, asked: Asked) -> dict[str, Any]:
        """POST contact."""
        contact = _fields(asked.json())
        contact_id = max(self._contacts, default=self._account.id) + 1
        self._contacts[contact_id] = contact
        return self._written(asked, contact_id)

    def replace(self, asked: Asked) -> dict[str, Any]:
        """PUT contact/{id}: the whole of it."""
        contact_id = self._id(asked)
        self._contacts[contact_id] = _fields(asked.json())
        return self._written(asked, contact_id)

    def change(self, asked: Asked) -> dict[str, Any]:
        """PATCH contact/{id}: the fields that are given; null takes one away."""
        contact_id, body = self._id(asked), asked.json()
        changed = {**self._contacts[contact_id], **_fields(body)}
        self._contacts[contact_id] = {
            name: value for name, value in changed.items() if body.get(name, "") is not None
        }
        return self._written(asked, contact_id)

    def delete(self, asked: Asked) -> Response:
        """DELETE contact/{id}."""
        del self._contacts[self._id(asked)]
        return Response(status_code=204)

    def _id(self, asked: Asked) -> int:
        text = asked.path_value("contact_id")
        contact_id = int(text) if text.isascii() and text.isdigit() else -1
        if contact_id not in self._contacts:
            raise not_found("contactId", text)
        return contact_id

    def _written(self, asked: Asked, contact_id: int) -> dict[str, Any]:
        path = f"{wire.extension_path(self._account)}/address-book/contact/{contact_id}"
        return {
            "uri": asked.uri(path),
            "id": contact_id,
            "availability": "Alive",
            **self._contacts[contact_id],
        }


def _starts(contact: Mapping[str, Any], start: str) -> bool:
    fields = ("firstName", "lastName", "company", "email")
    return not start or any(str(contact.get(field, "")).lower().startswith(start) for field in fields)


def _fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The known fields of a body; ApiError 400 for one of the wrong type."""
    fields: dict[str, Any] = {}
    for name, value in body.items():
        if value is None or name not in (*_TEXTS, *_ADDRESSES):
            continue
        if not isinstance(value, dict if name in _ADDRESSES else str):
            raise invalid_parameter(name)
        fields[name] = value
    return fields
