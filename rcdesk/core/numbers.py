"""Phone numbers: read them from whatever people type, paste and link; compare, show and mask them.

The numbering rules come from `phonenumbers`, which is imported when the first number is read or shown.
Nothing here raises on any text, and no digit is ever made up: a number read holds only digits that were in
the text, behind a country code.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rcdesk.core import regions

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

NORTH_AMERICA = 1  # the country code of some thirty countries, which only the area code tells apart
LONGEST = 200  # characters; what is longer is no number, whatever it is
SHORT = range(2, 7)  # digits of a short extension
EVERYWHERE_EMERGENCY = frozenset({"112", "911", "988", "999"})  # besides those of the region
WITHHELD = frozenset(
    {"", "anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld"}
)

_SCHEME = re.compile(r"(?:tel|callto):(?://)?", re.IGNORECASE)
_VENDOR_LINK = re.compile(r"rcmobile://call/?\?number=([^&#]*)", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:tel|telephone|phone|mobile|mob|cell|office|fon|t|p|m)\s*[.:]+\s*(?=[+(\d])", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"\s*(?:(?:\b|(?<=\d))(?:extension|extn|ext|x)\s*[.:]?|,+|\*|#)\s*(?P<digits>\d{1,10})\s*#?\s*$",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[\s().\-/_~·•‐‑‒–—−\[\]]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that can be called.

    Attributes:
        e164: with + and country code; "" for an extension of the user's own company.
        extension: digits to dial behind `e164`, or the company's own extension; "" if there is none.
    """

    e164: str = ""
    extension: str = ""

    @property
    def short(self) -> bool:
        """Whether it is an extension of the user's own company."""
        return not self.e164

    @property
    def dial(self) -> str:
        """What is sent: E.164, an extension behind it after *, as the vendor's clients write it."""
        return "*".join(filter(None, (self.e164, self.extension)))

    def display(self, region: str) -> str:
        """The whole number for a person: what is shown is what is dialled."""
        extension = f"ext. {self.extension}" if self.extension else ""
        return " ".join(filter(None, (show(self.e164, region), extension)))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not a number that can be called. `why`: one sentence for a person, to stand beside the box."""

    why: str


def load() -> None:
    """Load the rules, and those of the US, beforehand. It takes 100 ms: something for a thread."""
    for text in ("12", "+16505550100"):
        read(text, "US")


def read(text: str, region: str) -> Number | Unreadable:
    """Read a number from what was typed, pasted or linked; `region` is the account's own ISO country."""
    if len(text) > LONGEST:
        return Unreadable("This is too long for a phone number.")
    written, extension = _unwrap(_plain(text))
    if not written:
        return (
            _company_extension(extension, region)
            if extension
            else Unreadable("Type a number or an extension.")
        )
    if "@" in written:
        return Unreadable("This is an address, not a phone number.")
    compact = _PUNCTUATION.sub("", written)
    if any(character.isalpha() for character in compact):
        return Unreadable("This has letters in it; type the digits instead.")
    if compact.startswith(("*", "#")):
        return Unreadable("Codes that begin with * or # only work on the phone itself.")
    if not re.fullmatch(r"\+?[0-9]+", compact):
        return Unreadable("Only digits, spaces and a + at the beginning make a phone number.")
    if not compact.startswith("+") and len(compact) <= SHORT[-1] and not extension:
        return _company_extension(compact, region)
    if _is_emergency(compact, region):
        return _emergency(compact)
    spellings = [compact]
    if compact.startswith("+") and "(0)" in written.replace(" ", ""):
        spellings.append(_PUNCTUATION.sub("", re.sub(r"\(\s*0\s*\)", "", written)))
    return _by_the_rules(spellings, extension, region)


def inside(text: str) -> str:
    """Return what stands inside a link, as it would be typed; what is no link stays as it is."""
    link = _plain(text)
    if not (_VENDOR_LINK.match(link) or _SCHEME.match(link)):
        return text
    number, extension = _unwrap(link)
    return f"{number} ext. {extension}" if extension else number


def _plain(text: str) -> str:
    """Return `text` with one spelling for each digit and sign, without marks that cannot be seen."""
    characters = unicodedata.normalize("NFKC", unquote(text, errors="ignore"))
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in characters
        if unicodedata.category(character) not in ("Cf", "Cc") or character.isspace()
    ).strip()


def _unwrap(text: str) -> tuple[str, str]:
    """Return the number and the extension written in `text`, without the link around them."""
    link = _VENDOR_LINK.match(text)
    if link:
        return _split_extension(link[1].strip())
    scheme = _SCHEME.match(text)
    if not scheme:
        return _split_extension(_LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    number, *parameters = text[scheme.end() :].split("?")[0].split(";")
    named = {name.strip().lower(): value for name, _, value in (each.partition("=") for each in parameters)}
    number, extension = _split_extension(number.strip())
    context = named.get("phone-context", "").strip()
    if context.startswith("+") and not number.startswith("+"):  # RFC 3966, 5.1.5: what stands before it
        number = context + number
    return number, re.sub(r"\D", "", named.get("ext", "")) or extension


def _split_extension(text: str) -> tuple[str, str]:
    found = _EXTENSION.search(text)
    if not found or (found.start() == 0 and text[0] in "*#,"):
        return text, ""
    return text[: found.start()].strip(), found["digits"]


def _company_extension(digits: str, region: str) -> Number | Unreadable:
    if _is_emergency(digits, region):
        return _emergency(digits)
    if len(digits) not in SHORT:
        return Unreadable(
            "This is too short for a number." if len(digits) < SHORT[0] else "No extension is that long."
        )
    return Number(extension=digits)


def _is_emergency(digits: str, region: str) -> bool:
    if digits in EVERYWHERE_EMERGENCY:
        return True
    if len(digits) > SHORT[-1]:
        return False
    import phonenumbers

    return phonenumbers.is_emergency_number(digits, _known(region) or "US")


def _emergency(digits: str) -> Unreadable:
    """RingOut rings a second phone back and tells no location, so it cannot reach emergency services."""
    return Unreadable(f"Emergency numbers cannot be called from here. Dial {digits} on a phone.")


def _by_the_rules(spellings: list[str], extension: str, region: str) -> Number | Unreadable:
    """Return the first spelling that is a number by the rules of its country, else one that could be."""
    first = spellings[0]
    if first.startswith("00"):
        spellings.append("+" + first[2:])
    bare = "+" + first if re.fullmatch(r"[1-9][0-9]{9,}", first) else ""  # E.164 without +, as in many links
    found = _best(spellings, bare, region)
    if found is None:
        return Unreadable(_why(first, region))
    import phonenumbers

    return Number(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164), extension)


def _best(spellings: list[str], bare: str, region: str) -> PhoneNumber | None:
    """Return what is valid, the `bare` spelling last, else the first of the others that is possible."""
    import phonenumbers

    parsed = [number for each in spellings if (number := _parse(each, region))]
    guessed = _parse(bare, region)
    for number in [*parsed, guessed]:
        if number and phonenumbers.is_valid_number(number):
            return number
    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    return next(
        (each for each in parsed if phonenumbers.is_possible_number_with_reason(each) == possible), None
    )


def _parse(compact: str, region: str) -> PhoneNumber | None:
    """Parse one spelling; None if that fails, or if a rule put in digits that are not in it."""
    import phonenumbers

    try:
        number = phonenumbers.parse(compact, _known(region))
    except phonenumbers.NumberParseException:
        return None
    return number if compact.endswith(phonenumbers.national_significant_number(number)) else None


def _why(written: str, region: str) -> str:
    """Say what is wrong with a number that no rule fits."""
    import phonenumbers

    fits = phonenumbers.ValidationResult
    parsed = _parse(written, region)
    reason = None if parsed is None else phonenumbers.is_possible_number_with_reason(parsed)
    if reason == fits.IS_POSSIBLE_LOCAL_ONLY:
        return "The area code is missing."
    if reason == fits.TOO_SHORT:
        return "This is too short for a phone number."
    if reason == fits.TOO_LONG or len(written) > len("+123456789012345"):
        return "This is too long for a phone number."
    if written.startswith("+") or _known(region) is None:
        return "Begin with + and a country code that exists."
    return "This is no number of your country; begin with + for another."


def _known(region: str) -> str | None:
    import phonenumbers

    return region.upper() if region.upper() in phonenumbers.SUPPORTED_REGIONS else None


@functools.lru_cache(maxsize=4096)  # lists show the same few numbers again and again
def show(number: str, region: str) -> str:
    """Return a number of the wire for a person, "" if it is withheld; what cannot be read stays as it is."""
    written = number.strip()
    if written.casefold() in WITHHELD:
        return ""
    if written.isascii() and written.isdigit() and len(written) in SHORT:
        return f"ext. {written}"
    main, extension = _split_extension(written)
    found = _of_the_wire(main, region)
    if found is None:
        return written
    import phonenumbers

    pretty = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return pretty.replace("-", " ") + (f" ext. {extension}" if extension else "")


@functools.lru_cache(maxsize=4096)
def e164(number: str, region: str) -> str:
    """Return a number of the wire as E.164 with +, "" if withheld; extensions and the unreadable stay."""
    written = number.strip()
    if written.casefold() in WITHHELD:
        return ""
    short = written.isascii() and written.isdigit() and len(written) in SHORT
    found = None if short else _of_the_wire(written, region)
    if found is None:
        return written
    import phonenumbers

    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def _of_the_wire(number: str, region: str) -> PhoneNumber | None:
    """Read E.164, with or without its +; what is none is read as a number of `region`."""
    return _best(["+" + number.lstrip("+")], number, region) if re.fullmatch(r"\+?[0-9]+", number) else None


@functools.lru_cache(maxsize=4096)
def where(number: str) -> str:
    """Return the region of an E.164 number ("California", "Norway"), "" if it is not known.

    The towns that `phonenumbers` could tell would take 100 MB.
    """
    parsed = _parse(_split_extension(number)[0], "")
    if parsed is None:
        return ""
    if parsed.country_code == NORTH_AMERICA:
        return regions.AREAS.get(str(parsed.national_number)[:3], "")
    import phonenumbers

    return regions.COUNTRIES.get(phonenumbers.region_code_for_number(parsed) or "", "")


def digits(text: str) -> str:
    """Return the digits of `text`, as ASCII."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def with_plus(number: str) -> str:
    """Return a number of the wire with its +, "" if it is withheld; extensions and the rest as written."""
    written = number.strip()
    if written.casefold() in WITHHELD:
        return ""
    bare = written.isascii() and written.isdigit() and len(written) > SHORT[-1]
    return "+" + written if bare else written


def same(one: str, other: str) -> bool:
    """Whether two spellings of the wire are one number, + or not; withheld ones never are."""
    wanted = digits(one)
    return bool(wanted) and wanted == digits(other)


def mask(number: str) -> str:
    """Return what may stand in a log: the last two digits of a full number, nothing of a short one."""
    all_digits = digits(number)
    return "…" + (all_digits[-2:] if len(all_digits) > SHORT[-1] else "")
