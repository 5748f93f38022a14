"""What a client reads once after sign-in: versions, account, extension, numbers, phones, directory."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rcdesk.sandbox import account_wire as wire
from rcdesk.sandbox.account import Account, Colleague
from rcdesk.sandbox.errors import not_found
from rcdesk.sandbox.paging import listing, page_of
from rcdesk.sandbox.rest import ACCOUNT, EXTENSION, Asked, Gate, Operation, resource

_USAGES = (
    "MainCompanyNumber", "AdditionalCompanyNumber", "CompanyNumber", "DirectNumber", "CompanyFaxNumber",
    "FmcBusinessMobileNumber", "InventoryFmcBusinessMobileNumber", "ForwardedNumber", "ForwardedCompanyNumber",
    "ContactCenterNumber", "ConferencingNumber", "MeetingsNumber", "NumberPool", "BusinessMobileNumber", "ELIN",
    "PartnerBusinessMobileNumber", "NumberPoolPartnerBusinessMobileNumber", "NumberStorage", "IntegrationNumber",
    "InventoryMobileNumber",
)  # fmt: skip
_NUMBER_STATUSES = ("Normal", "Pending", "PortedIn", "Temporary", "Unknown")
_DEVICE_TYPES = ("HardPhone", "SoftPhone", "OtherPhone", "WebRTC", "Room")
_POOLINGS = ("Host", "Guest", "None")
_FEATURES = ("BLA", "CommonPhone", "Intercom", "Paging", "HELD")
_LINE_TYPES = ("Unknown", "Standalone", "StandaloneFree", "BlaPrimary", "BlaSecondary")
_ENTRY_TYPES = (
    "User", "Department", "Announcement", "Voicemail", "SharedLinesGroup", "PagingOnly", "IvrMenu", "ParkLocation",
    "Limited", "External", "DelegatedLinesGroup", "TieLine",
)  # fmt: skip
_MOST_ENTRIES = 1000


class _Search(msgspec.Struct, rename="camel"):
    search_string: str = ""
    page: int = 1
    per_page: int = 100


def open_routes() -> list[Route]:
    """What can be read without a token: which versions of the API there are."""
    return [Route("/restapi", _versions), Route("/restapi/v1.0", _version)]


class AccountRoutes:
    """Reads of everything that does not change."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        light: dict[str, Callable[[Asked], Any]] = {
            ACCOUNT: lambda asked: wire.account_info(self._account, asked.uri),
            EXTENSION: lambda asked: wire.extension_info(self._account, asked.uri),
            EXTENSION + "/phone-number": self.numbers,
            EXTENSION + "/forwarding-number": self.forwarding_numbers,
            EXTENSION + "/forwarding-number/{number_id}": self.one_forwarding_number,
            EXTENSION + "/device": self.devices,
            ACCOUNT + "/device/{device_id}": self.one_device,
        }
        medium: dict[str, Callable[[Asked], Any]] = {
            EXTENSION + "/features": self.features,
            ACCOUNT + "/directory/entries": self.directory,
            ACCOUNT + "/directory/entries/{entry_id}": self.one_entry,
        }
        return [
            resource(gate, ACCOUNT + "/directory/entries/search", POST=Operation("Heavy", self.search)),
            *(resource(gate, path, GET=Operation("Light", handler)) for path, handler in light.items()),
            *(resource(gate, path, GET=Operation("Medium", handler)) for path, handler in medium.items()),
        ]

    def numbers(self, asked: Asked) -> dict[str, Any]:
        """GET phone-number."""
        usages = asked.query.all("usageType", _USAGES)
        status = asked.query.choice("status", _NUMBER_STATUSES, "Normal")
        chosen = [
            wire.own_number(self._account, number, asked.uri)
            for number in self._account.numbers
            if status == "Normal" and (not usages or number.usage in usages)
        ]
        return _list(asked, chosen)

    def forwarding_numbers(self, asked: Asked) -> dict[str, Any]:
        """GET forwarding-number."""
        phones = self._account.phones
        return _list(asked, [wire.forwarding_number(self._account, phone, asked.uri) for phone in phones])

    def one_forwarding_number(self, asked: Asked) -> dict[str, Any]:
        """GET forwarding-number/{id}."""
        number_id = asked.path_value("number_id")
        for phone in self._account.phones:
            if phone.id == number_id:
                return wire.forwarding_number(self._account, phone, asked.uri)
        raise not_found("forwardingNumberId", number_id)

    def devices(self, asked: Asked) -> dict[str, Any]:
        """GET device."""
        types = asked.query.all("type", _DEVICE_TYPES)
        pooling = asked.query.choice("linePooling", _POOLINGS, "None")
        features, lines = asked.query.all("feature", _FEATURES), asked.query.all("lineType", _LINE_TYPES)
        chosen = [
            wire.device(self._account, phone, asked.uri)
            for phone in self._account.phones
            if phone.device_id
            and pooling == "None"
            and not features  # no model here has any
            and (not types or wire.device_type(phone) in types)
            and (not lines or wire.LINE_TYPE in lines)
        ]
        return _list(asked, chosen)

    def one_device(self, asked: Asked) -> dict[str, Any]:
        """GET device/{id}."""
        device_id = asked.path_value("device_id")
        asked.query.flag("syncEmergencyAddress")
        for phone in self._account.phones:
            if phone.device_id and phone.device_id == device_id:
                return wire.device(self._account, phone, asked.uri)
        raise not_found("deviceId", device_id)

    def features(self, asked: Asked) -> dict[str, Any]:
        """GET features."""
        names = ("CallControl", "DND", "ReadPresenceStatus", "ReadExtensionCallLog", "RingOut")
        return {"records": [{"id": name, "available": True} for name in names]}

    def directory(self, asked: Asked) -> Response:
        """GET directory/entries; 304 if the client has this list already."""
        query = asked.query
        kind = query.choice("type", _ENTRY_TYPES, "")
        group = query.choice("typeGroup", ("User", "NonUser"), "")
        query.flag("showFederated", default=True)
        query.flag("accessibleSitesOnly")
        entries = [
            one
            for one in self._everybody()
            if kind in ("", one.type) and (not group or (group == "User") == (one.type == "User"))
        ]
        tag = (
            '"'
            + hashlib.sha256(str(asked.url.query).encode()).hexdigest()[:16]
            + f"-{self._account.seed}"
            + '"'
        )
        if asked.request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        page = page_of(entries, query.page(), query.per_page(("max", "all"), _MOST_ENTRIES))
        records = [wire.directory_entry(self._account, one) for one in page.records]
        return JSONResponse({"records": records, "paging": page.paging()}, headers={"ETag": tag})

    def one_entry(self, asked: Asked) -> dict[str, Any]:
        """GET directory/entries/{id}."""
        entry_id = asked.path_value("entry_id")
        asked.query.flag("accessibleSitesOnly")
        for one in self._everybody():
            if str(one.id) == entry_id:
                return wire.directory_entry(self._account, one)
        raise not_found("entryId", entry_id)

    def search(self, asked: Asked) -> dict[str, Any]:
        """POST directory/entries/search: names, extensions and numbers that contain the text."""
        wanted: _Search = asked.struct(_Search)
        text = wanted.search_string.lower().lstrip("+")
        found = [
            one for one in self._everybody() if any(text in part for part in _searched(self._account, one))
        ]
        page = page_of(found, max(1, wanted.page), min(max(1, wanted.per_page), _MOST_ENTRIES))
        records = [wire.directory_entry(self._account, one) for one in page.records]
        return {"records": records, "paging": page.paging()}

    def _everybody(self) -> list[Colleague]:
        return [self._account.me, *self._account.colleagues]


def _searched(account: Account, colleague: Colleague) -> tuple[str, ...]:
    return (
        colleague.name.lower(),
        colleague.extension,
        colleague.number,
        colleague.title.lower(),
        colleague.department.lower(),
        account.email(colleague),
    )


def _list(asked: Asked, records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    page = page_of(records, asked.query.page(), asked.query.per_page())
    return listing(page, asked.url, list(page.records))


def _version_info(request: Request) -> dict[str, str]:
    uri = f"{request.url.scheme}://{request.url.netloc}/restapi/v1.0"
    return {
        "uri": uri,
        "versionString": "1.0.0",
        "releaseDate": "2026-01-01T00:00:00.000Z",
        "uriString": "v1.0",
    }


async def _version(request: Request) -> Response:
    return JSONResponse(_version_info(request))


async def _versions(request: Request) -> Response:
    version = _version_info(request)
    uri = version["uri"].removesuffix("/v1.0")
    return JSONResponse(
        {"uri": uri, "apiVersions": [version], "serverVersion": "1.0.0", "serverRevision": "sandbox"}
    )
