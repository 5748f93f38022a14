"""The account's resources as the platform writes them; `uri` puts the client's host before a path."""

from collections.abc import Callable
from typing import Any

from rcdesk.sandbox.account import Account, Colleague, OwnNumber, Person, Phone

Uri = Callable[[str], str]
_FEATURES = (
    "CallForwarding",
    "DND",
    "InternationalCalling",
    "OnDemandCallRecording",
    "Presence",
    "RingOut",
    "TelephonySessions",
    "Voicemail",
    "VoipCalling",
)
_US = {"id": "1", "name": "United States", "isoCode": "US", "callingCode": "1"}
_ENGLISH = {"id": "1033", "name": "English (United States)", "localeCode": "en-US"}


def account_path(account: Account) -> str:
    """Path of the account."""
    return f"/restapi/v1.0/account/{account.id}"


def extension_path(account: Account, extension_id: int | None = None) -> str:
    """Path of the user's extension, or of another one."""
    return f"{account_path(account)}/extension/{account.me.id if extension_id is None else extension_id}"


def account_info(account: Account, uri: Uri) -> dict[str, Any]:
    """The company."""
    return {
        "id": account.id,
        "uri": uri(account_path(account)),
        "mainNumber": account.numbers[1].number.lstrip("+"),
        "status": "Confirmed",
        "companyName": account.company,
        "serviceInfo": {"uri": uri(f"{account_path(account)}/service-info"), "brand": {"id": "1210"}},
        "setupWizardState": "Completed",
        "regionalSettings": _regional(uri),
    }


def extension_info(account: Account, uri: Uri) -> dict[str, Any]:
    """The user."""
    me, path = account.me, extension_path(account)
    return {
        "id": me.id,
        "uri": uri(path),
        "account": {"id": str(account.id), "uri": uri(account_path(account))},
        "contact": {
            "firstName": me.first,
            "lastName": me.last,
            "name": me.name,
            "company": account.company,
            "jobTitle": me.title,
            "department": me.department,
            "email": account.email(me),
            "businessPhone": me.number,
            "mobilePhone": account.phones[1].number,
            "emailAsLoginName": False,
        },
        "departments": [
            {
                "id": str(queue.id),
                "uri": uri(extension_path(account, queue.id)),
                "extensionNumber": queue.extension,
            }
            for queue in account.queues
        ],
        "extensionNumber": me.extension,
        "name": me.name,
        "permissions": {"admin": {"enabled": True}, "internationalCalling": {"enabled": True}},
        "profileImage": {"uri": uri(f"{path}/profile-image")},
        "regionalSettings": _regional(uri),
        "serviceFeatures": [{"featureName": name, "enabled": True} for name in _FEATURES],
        "setupWizardState": "Completed",
        "status": "Enabled",
        "type": "User",
        "hidden": False,
        "site": {"id": "main-site", "name": "Main site"},
    }


def own_number(account: Account, number: OwnNumber, uri: Uri) -> dict[str, Any]:
    """One of the numbers that reach the user or can be shown to others."""
    written: dict[str, Any] = {
        "id": number.id,
        "uri": uri(f"{account_path(account)}/phone-number/{number.id}"),
        "phoneNumber": number.number,
        "paymentType": number.payment,
        "type": "FaxOnly" if number.usage == "CompanyFaxNumber" else "VoiceFax",
        "usageType": number.usage,
        "status": "Normal",
        "primary": number.primary,
        "label": number.label,
        "country": {"id": "1", "uri": uri("/restapi/v1.0/dictionary/country/1"), "name": "United States"},
        "features": list(number.features),
    }
    if number.location:
        written["location"] = number.location
    if number.usage == "DirectNumber":
        written["extension"] = {
            "id": account.me.id,
            "uri": uri(extension_path(account)),
            "extensionNumber": account.me.extension,
        }
    return written


def forwarding_number(account: Account, phone: Phone, uri: Uri) -> dict[str, Any]:
    """A phone as an entry of the forwarding numbers."""
    written: dict[str, Any] = {
        "id": phone.id,
        "uri": uri(f"{extension_path(account)}/forwarding-number/{phone.id}"),
        "phoneNumber": phone.number,
        "label": phone.label,
        "features": list(phone.features),
        "flipNumber": phone.flip,
        "type": phone.type,
    }
    if phone.device_id:
        written["device"] = {"id": phone.device_id}
    return written


LINE_TYPE = "Standalone"
"""Every phone has a line of its own."""


def device_type(phone: Phone) -> str:
    """What kind of device a phone is."""
    return "HardPhone" if phone.serial else "SoftPhone"


def device(account: Account, phone: Phone, uri: Uri) -> dict[str, Any]:
    """A phone as a device."""
    written: dict[str, Any] = {
        "id": phone.device_id,
        "uri": uri(f"{account_path(account)}/device/{phone.device_id}"),
        "type": device_type(phone),
        "name": phone.label,
        "status": "Online",
        "model": {"id": "-1", "name": phone.model, "addons": [], "features": []},
        "linePooling": "None",
        "extension": {
            "id": account.me.id,
            "uri": uri(extension_path(account)),
            "extensionNumber": account.me.extension,
        },
        "phoneLines": [_line(phone)],
    }
    if phone.serial:
        written["serial"] = phone.serial
    return written


def directory_entry(account: Account, colleague: Colleague) -> dict[str, Any]:
    """An extension in the company's directory."""
    numbers = []
    if colleague.number:
        usage = "CompanyNumber" if colleague.type == "Department" else "DirectNumber"
        numbers.append(
            {
                "phoneNumber": colleague.number,
                "type": "VoiceFax",
                "usageType": usage,
                "hidden": False,
                "primary": True,
            }
        )
    written: dict[str, Any] = {
        "id": str(colleague.id),
        "type": colleague.type,
        "status": "Enabled",
        "name": colleague.name,
        "extensionNumber": colleague.extension,
        "hidden": False,
        "phoneNumbers": numbers,
        "account": {"id": str(account.id), "companyName": account.company},
        "site": {"id": "main-site", "name": "Main site"},
    }
    if colleague.type == "User":
        written |= {
            "firstName": colleague.first,
            "lastName": colleague.last,
            "email": account.email(colleague),
            "jobTitle": colleague.title,
            "department": colleague.department,
        }
    return written


def contact(account: Account, person: Person) -> dict[str, Any]:
    """Someone in the user's address book, less `id` and `uri`."""
    written = {"firstName": person.first, "lastName": person.last}
    written["mobilePhone" if person.id % 4 == 0 else "businessPhone"] = person.number
    if person.company:
        written["company"] = person.company
    return written


def _line(phone: Phone) -> dict[str, Any]:
    number_id = int(phone.device_id) + 1
    info = {
        "id": number_id,
        "phoneNumber": phone.number,
        "paymentType": "Local",
        "type": "VoiceFax",
        "usageType": "DirectNumber",
        "country": {"id": "1", "name": "United States"},
    }
    return {"id": str(number_id), "lineType": LINE_TYPE, "phoneInfo": info}


def _regional(uri: Uri) -> dict[str, Any]:
    return {
        "homeCountry": {"uri": uri("/restapi/v1.0/dictionary/country/1"), **_US},
        "timezone": {
            "id": "4",
            "uri": uri("/restapi/v1.0/dictionary/timezone/4"),
            "name": "US/Pacific",
            "description": "Pacific Time (US & Canada)",
            "bias": "-480",
        },
        "language": _ENGLISH,
        "greetingLanguage": _ENGLISH,
        "formattingLocale": _ENGLISH,
        "timeFormat": "12h",
    }
