"""Which shape each answer on the tour has."""

from __future__ import annotations

from msgspec import Struct

from tests.sandbox import shapes
from tests.sandbox import shapes_calls as calls

_E = "/restapi/v1.0/account/{accountId}/extension/{extensionId}"
_A = "/restapi/v1.0/account/{accountId}"
_S = _A + "/telephony/sessions/{telephonySessionId}"
_P = _S + "/parties/{partyId}"

_SUB = "/restapi/v1.0/subscription"

ANSWERS: dict[str, type[Struct] | None] = {
    f"GET {_SUB} 200": calls.Subscriptions,
    f"POST {_SUB} 200": calls.Subscription,
    f"POST {_SUB} 400": shapes.Error,
    f"GET {_SUB}/{{subscriptionId}} 200": calls.Subscription,
    f"GET {_SUB}/{{subscriptionId}} 404": shapes.Error,
    f"PUT {_SUB}/{{subscriptionId}} 200": calls.Subscription,
    f"DELETE {_SUB}/{{subscriptionId}} 204": None,
    f"POST {_SUB}/{{subscriptionId}}/renew 200": calls.Subscription,
    "POST /restapi/oauth/wstoken 200": calls.SocketToken,
    "POST /restapi/oauth/token 200": shapes.Token,
    "POST /restapi/oauth/token 400": shapes.OAuthError,
    "POST /restapi/oauth/revoke 200": None,
    "GET /restapi 200": shapes.Versions,
    "GET /restapi/v1.0 200": shapes.Version,
    f"GET {_A} 200": shapes.Account,
    f"GET {_E} 200": shapes.Extension,
    f"GET {_E}/phone-number 200": shapes.Numbers,
    f"GET {_E}/forwarding-number 200": shapes.Forwardings,
    f"GET {_E}/forwarding-number/{{forwardingNumberId}} 200": shapes.Forwarding,
    f"GET {_E}/device 200": shapes.Devices,
    f"GET {_A}/device/{{deviceId}} 200": shapes.Device,
    f"GET {_E}/features 200": shapes.Features,
    f"GET {_A}/directory/entries 200": shapes.Entries,
    f"GET {_A}/directory/entries/{{entryId}} 200": shapes.Entry,
    f"POST {_A}/directory/entries/search 200": shapes.Entries,
    f"GET {_E}/presence 200": calls.Presence,
    f"PUT {_E}/presence 200": calls.Presence,
    f"GET {_E}/address-book/contact 200": shapes.Contacts,
    f"POST {_E}/address-book/contact 200": shapes.Contact,
    f"GET {_E}/address-book/contact/{{contactId}} 200": shapes.Contact,
    f"PUT {_E}/address-book/contact/{{contactId}} 200": shapes.Contact,
    f"PATCH {_E}/address-book/contact/{{contactId}} 200": shapes.Contact,
    f"DELETE {_E}/address-book/contact/{{contactId}} 204": None,
    f"DELETE {_E}/call-log 204": None,
    f"POST {_E}/ring-out 200": calls.RingOut,
    f"GET {_E}/ring-out/{{ringoutId}} 200": calls.RingOut,
    f"DELETE {_E}/ring-out/{{ringoutId}} 204": None,
    f"GET {_A}/recording/{{recordingId}} 200": calls.RecordingInfo,
    f"GET {_S} 200": calls.Session,
    f"GET {_S} 404": shapes.Error,
    f"DELETE {_S} 204": None,
    f"GET {_P} 200": calls.SessionParty,
    f"POST {_P}/hold 200": calls.SessionParty,
    f"POST {_P}/hold 409": shapes.Error,
    f"POST {_P}/unhold 200": calls.SessionParty,
    f"POST {_P}/reject 204": None,
    f"POST {_P}/ignore 204": None,
    f"POST {_P}/flip 200": calls.SessionParty,
    f"PATCH {_P} 200": calls.SessionParty,
    f"POST {_P}/answer 200": calls.SessionParty,
    f"POST {_P}/transfer 200": calls.SessionParty,
    f"POST {_P}/forward 200": calls.LeavingParty,
    f"POST {_P}/reply 200": calls.LeavingParty,
    f"POST {_P}/park 201": calls.SessionParty,
    f"POST {_P}/recordings 201": calls.CallRecording,
    f"PATCH {_P}/recordings/{{recordingId}} 200": calls.CallRecording,
    f"POST {_P}/pickup 201": calls.SessionParty,
    f"POST {_A}/telephony/call-out 201": calls.CallOut,
    f"GET {_E}/call-log 400": shapes.Error,
    f"GET {_E}/call-log/{{callRecordId}} 404": shapes.Error,
    f"GET {_E}/call-log-sync 400": shapes.Error,
    f"GET {_E}/active-calls 400": shapes.Error,
    **{
        f"GET {base}/{name} 200": shape
        for base in (_E, _A)
        for name, shape in (
            ("call-log", calls.Log),
            ("call-log/{callRecordId}", calls.Record),
            ("call-log-sync", calls.Sync),
            ("active-calls", calls.Log),
        )
    },
}
"""The shape of every answer on the tour, by method, path template and status; None for no body at all."""
