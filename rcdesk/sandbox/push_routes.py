"""Subscriptions over REST. WebSocket ones are made here too, but only by requests that came over the socket."""

from typing import Annotated, Any

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rcdesk.sandbox.errors import ApiError, invalid_parameter, not_found
from rcdesk.sandbox.push_places import Place
from rcdesk.sandbox.push_pubnub import PubNub, PubNubChannel
from rcdesk.sandbox.rest import Asked, Gate, Operation, resource
from rcdesk.sandbox.subscriptions import Subscription, Subscriptions

PATH = "/restapi/v1.0/subscription"
PLACE = "rcdesk.place"
"""Where the scope of a request that came over a WebSocket has the place of its connection."""
_Filters = Annotated[list[Annotated[str, msgspec.Meta(min_length=1)]], msgspec.Meta(min_length=1)]
_Seconds = Annotated[int, msgspec.Meta(ge=1)]


class _DeliveryMode(msgspec.Struct, rename="camel"):
    transport_type: str
    encryption: bool | None = None


class _New(msgspec.Struct, rename="camel"):
    event_filters: _Filters
    delivery_mode: _DeliveryMode
    expires_in: _Seconds | None = None


class _Changes(msgspec.Struct, rename="camel"):
    """What PUT may change; the rest of the body, `deliveryMode` too, is ignored."""

    event_filters: _Filters | None = None
    expires_in: _Seconds | None = None


class SubscriptionRoutes:
    """Create, read, list, renew, change and delete subscriptions of the user and app that ask."""

    def __init__(self, subscriptions: Subscriptions, pubnub: PubNub) -> None:
        self._subscriptions = subscriptions
        self._pubnub = pubnub

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        one = PATH + "/{subscription_id}"
        return [
            resource(
                gate, PATH, GET=Operation("Light", self.list_all), POST=Operation("Medium", self.create)
            ),
            resource(
                gate,
                one,
                GET=Operation("Light", self.read),
                PUT=Operation("Medium", self.change),
                DELETE=Operation("Medium", self.delete),
            ),
            resource(gate, one + "/renew", POST=Operation("Light", self.renew)),
        ]

    def list_all(self, asked: Asked) -> dict[str, Any]:
        """GET all of them."""
        mine = self._subscriptions.of(asked.session.key)
        return {"uri": asked.uri(PATH), "records": [self._info(asked, one) for one in mine]}

    def create(self, asked: Asked) -> Response:
        """POST a new one."""
        wanted: _New = asked.struct(_New)
        transport = wanted.delivery_mode.transport_type
        if transport == "PubNub":
            made = self._over_pubnub(asked, wanted)
        elif transport == "WebSocket":
            made = self._over_websocket(asked, wanted)
        else:
            raise invalid_parameter("deliveryMode.transportType", transport)
        return self._answer(asked, made)

    def read(self, asked: Asked) -> dict[str, Any]:
        """GET one."""
        return self._info(asked, self._one(asked))

    def change(self, asked: Asked) -> Response:
        """PUT: other filters, and the whole life again; without a body the life alone."""
        return self._renew(asked, asked.struct(_Changes) if asked.body else _Changes())

    def renew(self, asked: Asked) -> Response:
        """POST renew: the whole life again."""
        return self._renew(asked, _Changes())

    def delete(self, asked: Asked) -> Response:
        """DELETE one."""
        self._subscriptions.remove(self._one(asked))
        return Response(status_code=204)

    def _over_pubnub(self, asked: Asked, wanted: _New) -> Subscription:
        if not self._pubnub.enabled:
            raise ApiError(403, "SUB-528", "PubNub transport is not available for this account")
        channel = self._pubnub.new_channel(encryption=wanted.delivery_mode.encryption is True)
        session = asked.session
        try:
            return self._subscriptions.create(
                session.key,
                session.extension_id,
                wanted.event_filters,
                channel,
                seconds=wanted.expires_in,
            )
        except ApiError:
            channel.close()
            raise

    def _over_websocket(self, asked: Asked, wanted: _New) -> Subscription:
        """A connection has one subscription: a new one replaces it. Its life is the connection's."""
        place = _place(asked)
        if place is None:
            raise _only_over_websocket("created")
        session = asked.session
        place.subscription = self._subscriptions.create(
            session.key,
            session.extension_id,
            wanted.event_filters,
            place,
            instead_of=place.subscription,
        )
        return place.subscription

    def _renew(self, asked: Asked, changes: _Changes) -> Response:
        subscription = self._one(asked)
        seconds = changes.expires_in
        if isinstance(subscription.transport, Place):
            place = _place(asked)
            if place is None:
                raise _only_over_websocket("updated")
            if place is not subscription.transport:
                raise not_found("subscriptionId", subscription.id)
            seconds = None
        self._subscriptions.renew(subscription, changes.event_filters or (), seconds)
        if isinstance(subscription.transport, PubNubChannel):
            subscription.transport.renewed()
        return self._answer(asked, subscription)

    def _one(self, asked: Asked) -> Subscription:
        return self._subscriptions.get(asked.session.key, asked.path_value("subscription_id"))

    def _info(self, asked: Asked, subscription: Subscription) -> dict[str, Any]:
        return subscription.info(asked.uri(f"{PATH}/{subscription.id}"), self._subscriptions.now())

    def _answer(self, asked: Asked, subscription: Subscription) -> Response:
        """The answer to creating and changing; over a socket a header names the subscription as well."""
        headers = {} if _place(asked) is None else {"WSG-SubscriptionId": subscription.id}
        return JSONResponse(self._info(asked, subscription), headers=headers)


def _place(asked: Asked) -> Place | None:
    place = asked.request.scope.get(PLACE)
    return place if isinstance(place, Place) else None


def _only_over_websocket(done: str) -> ApiError:
    message = f"WebSocket subscriptions can be {done} only over a WebSocket connection"
    return ApiError(400, "CMN-101", message, parameter_name="deliveryMode.transportType")
