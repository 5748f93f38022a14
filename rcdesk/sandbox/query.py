"""Query parameters: read strictly, so that a wrong one is told as 400 with its name and never as 500."""

import re
from collections.abc import Collection
from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from rcdesk.sandbox.errors import ApiError, invalid_parameter

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?")
MAX_PER_PAGE = 1000
_TRUE = ("true", "1")
_FALSE = ("false", "0")


class Query:
    """The query of one request. An empty value counts as absent; unknown names are ignored."""

    def __init__(self, params: QueryParams) -> None:
        self._params = params

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def all(self, name: str, allowed: Collection[str] | None = None) -> list[str]:
        """Every value of a parameter: repeated ones are a list, and so are comma-separated ones of an enumeration."""
        values = [value for value in self._params.getlist(name) if value]
        if allowed is None:
            return values
        values = [part for value in values for part in value.split(",")]
        for value in values:
            if value not in allowed:
                raise invalid_parameter(name, value)
        return values

    def text(self, name: str) -> str | None:
        """The one value of a parameter; repeating it is an error, unless all are the same.

        The official JavaScript SDK 3.x appends the whole query once more when it resends after a 401.
        """
        values = list(dict.fromkeys(self.all(name)))
        if len(values) > 1:
            raise invalid_parameter(name, values[1])
        return values[0] if values else None

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of the allowed values."""
        value = self.text(name)
        if value is None:
            return default
        if value not in allowed:
            raise invalid_parameter(name, value)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, in any of the spellings that the platform takes (true, True, 1)."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in (*_TRUE, *_FALSE):
            raise invalid_parameter(name, value)
        return value.lower() in _TRUE

    def count(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 1; one above `most` counts as `most`."""
        value = self.text(name)
        if value is None:
            return default
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or int(value) < 1:
            raise invalid_parameter(name, value)
        return min(int(value), most)

    def page(self) -> int:
        """`page`, from 1; one past the end is no error, it is empty."""
        return self.count("page", 1, most=10**9)

    def per_page(self, words: Collection[str] = ("max",), default: int = 100) -> int:
        """`perPage`: a number, at most 1000 of which are given, or one of `words` for as many as possible."""
        if self.text("perPage") in words:
            return MAX_PER_PAGE
        return self.count("perPage", default, most=MAX_PER_PAGE)

    def moment(self, name: str) -> float | None:
        """A date or date-time in ISO 8601 as Unix seconds; without a zone it is UTC."""
        value = self.text(name)
        return None if value is None else parse_moment(name, value)


def parse_moment(name: str, value: str) -> float:
    """Unix seconds of an ISO 8601 date or date-time; ApiError 400 that names the parameter if it is none."""
    text = value.replace(" ", "+")  # a plus sign that the client did not encode
    if not _DATE.fullmatch(text):
        raise invalid_parameter(name, value)
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise invalid_parameter(name, value) from None


def not_together(name: str, other: str, code: str = "CMN-101") -> ApiError:
    """400 for two parameters that exclude each other."""
    return ApiError(
        400, code, f"Parameters [{name}] and [{other}] cannot be used together", parameter_name=name
    )
