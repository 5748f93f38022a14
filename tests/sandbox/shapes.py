"""What each answer must look like: our own reading of the platform's documents, strict to the last field.

A field that is not listed here, an unlisted word of an enumeration or a missing required field is an error.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Uri = Annotated[str, Meta(pattern=r"^http://sandbox\.test:8080/\S+$")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
E164 = Annotated[str, Meta(pattern=r"^\+[1-9]\d{6,14}$")]
Short = Annotated[str, Meta(pattern=r"^\d{1,6}$")]
Digits = Annotated[str, Meta(pattern=r"^\d+$")]
Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Direction = Literal["Inbound", "Outbound"]
Telephony = Literal["NoCall", "CallConnected", "Ringing", "OnHold", "ParkedCall"]
Status = Literal["Offline", "Busy", "Available"]


class Strict(Struct, rename="camel", forbid_unknown_fields=True):
    """A shape with nothing beside its fields."""


class Plain(Struct, forbid_unknown_fields=True):
    """The same with names as the wire has them."""


class ErrorItem(Strict):
    error_code: Text
    message: Text
    parameter_name: Text | None = None
    parameter_value: str | None = None


class Error(Strict):
    error_code: Text
    message: Text
    errors: Annotated[list[ErrorItem], Meta(min_length=1)]
    parameter_name: Text | None = None


class OAuthError(Plain):
    error: Literal[
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"
    ]
    error_description: Text
    errors: Annotated[list[ErrorItem], Meta(min_length=1)]


class Token(Plain):
    access_token: Text
    token_type: Literal["bearer"]
    expires_in: Annotated[int, Meta(ge=600, le=3600)]
    scope: Text
    owner_id: Digits
    endpoint_id: Text
    session_id: Text
    refresh_token: Text
    refresh_token_expires_in: Annotated[int, Meta(gt=0, le=2_592_000)]


class Link(Strict):
    uri: Uri


class Ref(Strict):
    id: int
    uri: Uri
    extension_number: Short | None = None


class TextRef(Strict):
    id: Digits
    uri: Uri
    extension_number: Short | None = None


class Paging(Strict):
    page: Annotated[int, Meta(ge=1)]
    per_page: Annotated[int, Meta(ge=1, le=1000)]
    total_pages: Annotated[int, Meta(ge=1)]
    total_elements: Count
    page_start: Count | None = None
    page_end: Count | None = None


class Navigation(Strict):
    first_page: Link
    last_page: Link
    next_page: Link | None = None
    previous_page: Link | None = None


class Version(Strict):
    uri: Uri
    version_string: Text
    release_date: Time
    uri_string: Text


class Versions(Strict):
    uri: Uri
    api_versions: list[Version]
    server_version: Text
    server_revision: Text


class Country(Strict):
    id: Text
    name: Text
    uri: Uri | None = None
    iso_code: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    calling_code: Digits | None = None


class Timezone(Strict):
    id: Text
    uri: Uri
    name: Text
    description: Text
    bias: Text


class Language(Strict):
    id: Text
    name: Text
    locale_code: Text


class Regional(Strict):
    home_country: Country
    timezone: Timezone
    language: Language
    greeting_language: Language
    formatting_locale: Language
    time_format: Literal["12h", "24h"]


class Account(Strict):
    id: int
    uri: Uri
    main_number: Digits
    status: Literal["Confirmed"]
    company_name: Text
    service_info: dict[str, Any]
    setup_wizard_state: Literal["Completed"]
    regional_settings: Regional


class ExtensionContact(Strict):
    first_name: Text
    last_name: Text
    name: Text
    company: Text
    job_title: Text
    department: Text
    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.example$")]
    business_phone: E164
    mobile_phone: E164
    email_as_login_name: bool


class Enabled(Strict):
    enabled: bool


class Permissions(Strict):
    admin: Enabled
    international_calling: Enabled


class Feature(Strict):
    feature_name: Text
    enabled: bool


class Site(Strict):
    id: Text
    name: Text


class Extension(Strict):
    id: int
    uri: Uri
    account: TextRef
    contact: ExtensionContact
    departments: list[TextRef]
    extension_number: Short
    name: Text
    permissions: Permissions
    profile_image: Link
    regional_settings: Regional
    service_features: list[Feature]
    setup_wizard_state: Literal["Completed"]
    status: Literal["Enabled"]
    type: Literal["User"]
    hidden: bool
    site: Site


class Number(Strict):
    id: int
    uri: Uri
    phone_number: E164
    payment_type: Literal["Local", "TollFree"]
    type: Literal["VoiceFax", "FaxOnly"]
    usage_type: Literal["DirectNumber", "MainCompanyNumber", "CompanyNumber", "CompanyFaxNumber"]
    status: Literal["Normal"]
    primary: bool
    label: Text
    country: Country
    features: list[Literal["CallerId", "SmsSender", "MmsSender"]]
    location: Text | None = None
    extension: Ref | None = None


class Numbers(Strict):
    uri: Uri
    records: list[Number]
    paging: Paging
    navigation: Navigation


class DeviceRef(Strict):
    id: Digits


class Forwarding(Strict):
    id: Text
    uri: Uri
    phone_number: E164
    label: Annotated[str, Meta(max_length=60)]
    features: list[Literal["CallForwarding", "CallFlip"]]
    flip_number: Digits
    type: Literal["PhoneLine", "Mobile", "Home"]
    device: DeviceRef | None = None


class Forwardings(Strict):
    uri: Uri
    records: list[Forwarding]
    paging: Paging
    navigation: Navigation


class Model(Strict):
    id: Text
    name: Text
    addons: list[Any]
    features: list[Any]


class LineNumber(Strict):
    id: int
    phone_number: E164
    payment_type: Literal["Local"]
    type: Literal["VoiceFax"]
    usage_type: Literal["DirectNumber"]
    country: Country


class Line(Strict):
    id: Text
    line_type: Literal["Standalone"]
    phone_info: LineNumber


class Device(Strict):
    id: Digits
    uri: Uri
    type: Literal["HardPhone", "SoftPhone"]
    name: Text
    status: Literal["Online", "Offline"]
    model: Model
    line_pooling: Literal["None"]
    extension: Ref
    phone_lines: list[Line]
    serial: Text | None = None


class Devices(Strict):
    uri: Uri
    records: list[Device]
    paging: Paging
    navigation: Navigation


class Available(Strict):
    id: Text
    available: bool


class Features(Strict):
    records: list[Available]


class DirectoryNumber(Strict):
    phone_number: E164
    type: Literal["VoiceFax"]
    usage_type: Literal["DirectNumber", "CompanyNumber"]
    hidden: bool
    primary: bool


class DirectoryAccount(Strict):
    id: Digits
    company_name: Text


class Entry(Strict):
    id: Digits
    type: Literal["User", "Department"]
    status: Literal["Enabled"]
    name: Text
    extension_number: Short
    hidden: bool
    phone_numbers: list[DirectoryNumber]
    account: DirectoryAccount
    site: Site
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    job_title: str | None = None
    department: str | None = None


class Entries(Strict):
    records: list[Entry]
    paging: Paging


class Contact(Strict):
    uri: Uri
    id: int
    availability: Literal["Alive"]
    first_name: Text | None = None
    last_name: Text | None = None
    company: Text | None = None
    business_phone: E164 | None = None
    mobile_phone: E164 | None = None


class Contacts(Strict):
    uri: Uri
    records: list[Contact]
    paging: Paging
    navigation: Navigation
    groups: Link
