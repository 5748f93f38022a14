"""What the platform says when it says no: one exception, two bodies."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response


class ApiError(Exception):
    """A refusal, raised anywhere below a route and answered by it as the platform's error body.

    `code` is the word or code on top; `inner` the code inside `errors`, where the platform uses two different
    ones (`TokenInvalid` over `OAU-149`). `extra` goes into both levels, as `permissionName` does.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        parameter_name: str | None = None,
        parameter_value: str | None = None,
        inner: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: str,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.parameter_name = parameter_name
        self.parameter_value = parameter_value
        self.inner = inner or code
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def body(self) -> dict[str, Any]:
        """The body as the platform writes it."""
        return envelope(
            self.code,
            self.message,
            parameter_name=self.parameter_name,
            parameter_value=self.parameter_value,
            inner=self.inner,
            **self.extra,
        )

    def response(self) -> Response:
        """The whole answer."""
        return JSONResponse(self.body, self.status, headers=self.headers)


class OAuthError(ApiError):
    """A refusal of the OAuth endpoints: RFC 6749's two fields and the platform's list beside them."""

    def __init__(self, error: str, message: str, code: str, *, status: int = 400) -> None:
        super().__init__(status, code, message, headers={"Cache-Control": "no-store"})
        self.error = error

    @property
    def body(self) -> dict[str, Any]:
        """The body as the platform writes it."""
        errors = [{"errorCode": self.code, "message": self.message}]
        return {"error": self.error, "error_description": self.message, "errors": errors}


def envelope(
    code: str,
    message: str,
    *,
    parameter_name: str | None = None,
    parameter_value: str | None = None,
    inner: str | None = None,
    **extra: str,
) -> dict[str, Any]:
    """The platform's error body: the first error again on top, all of them in `errors`."""
    item: dict[str, Any] = {"errorCode": inner or code, "message": message, **extra}
    if parameter_name is not None:
        item["parameterName"] = parameter_name
    if parameter_value is not None:
        item["parameterValue"] = parameter_value
    top = {key: value for key, value in item.items() if key != "parameterValue"}
    return {**top, "errorCode": code, "errors": [item]}


def invalid_parameter(name: str, value: str | None = None) -> ApiError:
    """400 for a parameter that cannot be read or is out of range."""
    message = f"Parameter [{name}] value is invalid"
    return ApiError(400, "CMN-101", message, parameter_name=name, parameter_value=value)


def not_found(name: str, value: str | None = None) -> ApiError:
    """404 for a resource that the parameter `name` does not lead to."""
    message = f"Resource for parameter [{name}] is not found"
    return ApiError(404, "CMN-102", message, parameter_name=name, parameter_value=value)


def incorrect_state() -> ApiError:
    """409 for what cannot happen to a call in its state."""
    return ApiError(409, "TAS-102", "Incorrect State")


def unreadable(message: str = "Cannot parse JSON request body") -> ApiError:
    """400 for a body that is not the JSON it should be."""
    return ApiError(400, "CMN-103", message)


def unsupported_media_type() -> ApiError:
    """415 for a body of another content type."""
    return ApiError(415, "CMN-103", "Unsupported content type")


def method_not_allowed(allowed: str) -> ApiError:
    """405, with the methods that are allowed."""
    return ApiError(405, "CMN-120", "Method not allowed", headers={"Allow": allowed})
