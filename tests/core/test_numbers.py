"""Numbers as people write them, in six countries and more."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rcdesk.core import numbers, regions
from rcdesk.core.numbers import (
    Number,
    Unreadable,
    digits,
    e164,
    load,
    mask,
    read,
    same,
    show,
    where,
    with_plus,
)

# The same number in many spellings, for each country: (region, how it is written at home, with its country code).
AT_HOME = [
    ("US", "650-555-0101", "1 650-555-0101"),
    ("CA", "(416) 555 0101", "1 416 555 0101"),
    ("GB", "020 7946 0958", "44 20 7946 0958"),
    ("DE", "030/901820", "49 30 901820"),
    ("NO", "22 12 34 56", "47 22 12 34 56"),
    ("FR", "01.42.68.53.00", "33 1 42 68 53 00"),
    ("IT", "06 4521118", "39 06 4521118"),
    ("AU", "(02) 5550 1234", "61 2 5550 1234"),
    ("CH", "044 668 18 00", "41 44 668 18 00"),
]
SPELLINGS = {
    "as at home": "{home}",
    "with +": "+{full}",
    "with 00": "00{full}",
    "without its +": "{bare}",
    "in a link": "tel:+{dashed}",
    "in a link with slashes": "tel://+{bare}",
    "in a link, shouted": "TEL:+{bare}",
    "in an old link": "callto:+{bare}",
    "in a link, quoted": "tel:%2B{dashed}",
    "with quoted spaces": "tel:+{quoted}",
    "in the vendor's link": "rcmobile://call?number={bare}",
    "with no-break spaces": "+{nbsp}",
    "with points": "+{dotted}",
    "with long dashes": "+{long_dashes}",
    "with a label": "Tel.: +{full}",
    "with a short label": "T: +{full}",
    "in full width": "＋{wide}",
    "with invisible marks": "\u202d+{full}\u202c",
    "with blanks around": "  +{full}\n",
    "in brackets": "(+{full})",
}
WITH_EXTENSION = {
    "x": "+{full} x9",
    "x, close": "+{bare}x9",
    "ext": "+{full} ext 9",
    "ext.": "+{full} Ext. 9",
    "extension": "+{full} extension 9",
    "#": "+{full} #9",
    "*": "+{bare}*9",
    "pauses": "+{bare},,9#",
    "of a link": "tel:+{dashed};ext=9",
    "of a link with a blank": "tel:+{dashed};ext=%209",
    "of a link with more": "tel:+{dashed};isub=1;EXT=9?subject=hello",
}


def spelled(form: str, home: str, full: str) -> str:
    bare = digits(full)
    return form.format(
        home=home,
        full=full,
        bare=bare,
        dashed=full.replace(" ", "-"),
        quoted=full.replace(" ", "%20"),
        nbsp=full.replace(" ", "\u00a0"),
        dotted=full.replace(" ", "."),
        long_dashes=full.replace(" ", "–"),
        wide="".join(chr(ord(digit) - ord("0") + ord("０")) for digit in bare),
    )


@pytest.mark.parametrize("form", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize(("region", "home", "full"), AT_HOME, ids=[row[0] for row in AT_HOME])
def test_one_number_in_many_spellings(region: str, home: str, full: str, form: str) -> None:
    assert read(spelled(form, home, full), region) == Number("+" + digits(full))


@pytest.mark.parametrize("form", WITH_EXTENSION.values(), ids=WITH_EXTENSION.keys())
@pytest.mark.parametrize(("region", "home", "full"), AT_HOME, ids=[row[0] for row in AT_HOME])
def test_one_number_with_an_extension(region: str, home: str, full: str, form: str) -> None:
    number = read(spelled(form, home, full), region)
    assert number == Number("+" + digits(full), "9")
    assert isinstance(number, Number)
    assert number.dial == f"+{digits(full)}*9"
    assert number.display(region).endswith(" ext. 9")


ABROAD = [one for one in itertools.permutations(AT_HOME, 2) if {one[0][0], one[1][0]} != {"US", "CA"}]


@pytest.mark.parametrize(("here", "there"), ABROAD, ids=[f"{a[0]} calls {b[0]}" for a, b in ABROAD])
def test_a_number_with_its_country_code_is_the_same_everywhere(
    here: tuple[str, str, str], there: tuple[str, str, str]
) -> None:
    for prefix in ("+", "00"):
        assert read(prefix + there[2], here[0]) == Number("+" + digits(there[2]))


@pytest.mark.parametrize(
    ("region", "text", "e164"),
    [
        ("US", "011 47 22 12 34 56", "+4722123456"),  # the way abroad from the US
        ("AU", "0011 47 22 12 34 56", "+4722123456"),
        ("US", "1-650-555-0101", "+16505550101"),
        ("US", "+44 (0)20 7946 0958", "+442079460958"),
        ("DE", "+49 (0)30 901820", "+4930901820"),
        ("US", "+47 ( 0 ) 22 12 34 56", "+4722123456"),
        ("US", "tel:+1-650-555-0101?subject=hello", "+16505550101"),
        ("US", "650\x07 555 0101", "+16505550101"),
        ("US", "tel:+1%FF-650-555-0101", "+16505550101"),
        ("US", "650 555 0101".rjust(200), "+16505550101"),
        ("US", "+47 (0) 22 12 34 56", "+4722123456"),  # Norway has no such 0 at all
        ("US", "+39 (0)6 4521118", "+39064521118"),  # in Italy the 0 belongs to the number
        ("DE", "0043 1 23456", "+43123456"),
        ("US", "tel:5550101;phone-context=+1650", "+16505550101"),
        ("US", "tel:020-7946-0958;phone-context=+44", "+442079460958"),
        ("US", "tel:650-555-0101;phone-context=example.com", "+16505550101"),
        ("US", "tel:+1-650-555-0101;phone-context=+44", "+16505550101"),
        ("GB", "16505550101", "+16505550101"),  # as the vendor's own links write it
        ("us", "650 555 0101", "+16505550101"),
        ("ZZ", "+1 650 555 0101", "+16505550101"),
        ("US", "+1 555 123 0100", "+15551230100"),  # no such area, but a whole number: the platform decides
    ],
)
def test_numbers_that_need_a_closer_look(region: str, text: str, e164: str) -> None:
    assert read(text, region) == Number(e164)


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        ("tel:abc", "abc"),
        (" TEL://650-555;ext=12 ", "650-555 ext. 12"),
        ("rcmobile://call?number=abc", "abc"),
        ("tel:", ""),
        ("abc ext. 12", "abc ext. 12"),
        (" tele: a b ", " tele: a b "),
    ],
)
def test_what_a_link_was_made_for_can_be_seen_without_it(link: str, inside: str) -> None:
    assert numbers.inside(link) == inside


@pytest.mark.parametrize("region", ["US", "GB", "DE", "NO", "IT", "AU", "ZZ"])
@pytest.mark.parametrize(
    "text", ["204", "ext 204", "ext. 204", "Extension 204", "x204", "2 04", "tel:204", "٢٠٤"]
)
def test_two_to_six_digits_are_an_extension_of_the_company(text: str, region: str) -> None:
    number = read(text, region)
    assert number == Number(extension="204")
    assert isinstance(number, Number)
    assert (number.short, number.dial, number.display(region)) == (True, "204", "ext. 204")


@pytest.mark.parametrize("text", ["20", "2042", "204204", "X204"])
def test_an_extension_has_two_digits_to_six(text: str) -> None:
    assert read(text, "US") == Number(extension=digits(text))


@pytest.mark.parametrize(
    ("region", "text", "named"),
    [
        ("US", "911", "911"),
        ("US", "9-1-1", "911"),
        ("US", "tel:911", "911"),
        ("US", "911 x1", "911"),
        ("US", "ext 911", "911"),
        ("US", "112", "112"),
        ("US", "988", "988"),
        ("GB", "999", "999"),
        ("NO", "110", "110"),
        ("DE", "1 1 0", "110"),
        ("AU", "000", "000"),
        ("NZ", "111", "111"),
        ("FR", "15", "15"),
        ("ZA", "10111", "10111"),
        ("NE", "723141", "723141"),
        ("ZZ", "911", "911"),
    ],
)
def test_emergency_numbers_are_refused_with_what_to_do(region: str, text: str, named: str) -> None:
    refused = read(text, region)
    assert isinstance(refused, Unreadable)
    assert refused.why == f"Emergency numbers cannot be called from here. Dial {named} on a phone."


@pytest.mark.parametrize(
    ("region", "text", "hint"),
    [
        ("US", "", "Type a number"),
        ("US", " \t", "Type a number"),
        ("US", "tel:", "Type a number"),
        ("US", "+", "Only digits"),
        ("US", "+1+650 555 0101", "Only digits"),
        ("US", "650 555 0101 & 0102", "Only digits"),
        ("US", "hello", "letters"),
        ("US", "T: 650 555 0101 M: 0102", "letters"),
        ("US", "1-800-FLOWERS", "letters"),
        ("US", "tel:+1-800-FLOWERS", "letters"),
        ("US", "http://example.com", "letters"),
        ("US", "anna@example.com", "address"),
        ("US", "sip:101@example.com", "address"),
        ("US", "*67", "Codes that begin"),
        ("US", "#31#", "Codes that begin"),
        ("US", "7", "too short"),
        ("US", "ext 7", "too short"),
        ("US", "ext 1234567", "No extension is that long"),
        ("US", "650 555 010", "too short"),
        ("US", "+1650555", "too short"),
        ("US", "555-0101", "area code"),
        ("US", "(0) 650 555 0101", "too long"),  # that 0 is left out behind a country code only
        ("US", "500 22222", "too short"),  # of the Falkland Islands, if it had a +
        ("US", "650 555 0101 0101", "too long"),
        ("US", "+4722123456789", "too long"),
        ("US", "99999999999999999999", "too long"),
        ("US", "1" * 201, "too long"),
        ("US", "+999 1234567", "country code"),
        ("US", "+999 123456789012", "country code"),
        ("ZZ", "650 555 0101", "country code"),
        ("AR", "011 15 2345-6789", "begin with +"),  # the rules would put a 9 into it
    ],
)
def test_what_is_no_number_says_why(region: str, text: str, hint: str) -> None:
    refused = read(text, region)
    assert isinstance(refused, Unreadable)
    assert hint in refused.why
    assert refused.why[0].isupper()
    assert refused.why.endswith(".")


def test_a_number_without_an_extension_is_shown_without_one() -> None:
    assert Number("+4722123456").display("NO") == "+47 22 12 34 56"


MARKS = st.text(alphabet="+0123456789 ().-/x*#;=,:%extlphon-c\u00a0\u0662", max_size=40)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(), MARKS, MARKS.map("tel:".__add__)),
    st.sampled_from(["US", "GB", "AR", "IT", "MX", "x"]),
)
@example("tel:;phone-context=+", "US")
@example("%", "US")
@example("²³¼½ 650", "US")
def test_no_text_raises_and_no_digit_is_made_up(text: str, region: str) -> None:
    found = read(text, region)
    show(text, region)
    where(text) if len(text) < 5 else mask(text)
    same(text, text)
    if isinstance(found, Number):
        given_digits = digits(numbers._plain(text))
        national = [found.e164.lstrip("+")[code:] for code in range(4)]
        assert found.short or any(each and each in given_digits for each in national)
        assert found.extension in given_digits
        assert found.display(region)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+16505550101", "+1 650 555 0101"),
        ("16505550101", "+1 650 555 0101"),
        ("6505550101", "+1 650 555 0101"),
        ("+4722123456", "+47 22 12 34 56"),
        ("4722123456", "+47 22 12 34 56"),
        ("15551230100", "+1 555 123 0100"),
        ("+18885550100*101", "+1 888 555 0100 ext. 101"),
        ("101", "ext. 101"),
        ("", ""),
        (" ", ""),
        ("anonymous", ""),
        ("Unknown", ""),
        ("+1855201XXXX", "+1855201XXXX"),
        ("7", "7"),
        ("sip:anna", "sip:anna"),
        ("tel:6505550101", "tel:6505550101"),
    ],
)
def test_numbers_of_the_wire_are_shown_for_a_person(number: str, shown: str) -> None:
    assert show(number, "US") == shown


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("+16505550101", "16505550101", True),
        ("101", "101", True),
        ("101", "+16505550101", False),
        ("", "", False),
        ("anonymous", "anonymous", False),
    ],
)
def test_two_spellings_of_the_wire_are_compared_by_their_digits(one: str, other: str, alike: bool) -> None:
    assert same(one, other) is alike


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+4722123456", "Norway"),
        ("+16502530000", "California"),
        ("+16502530000*12", "California"),
        ("+14165550101", "Ontario"),
        ("+18765550101", "Jamaica"),
        ("+441481960194", "Guernsey"),
        ("+18005550101", ""),  # toll-free: nowhere
        ("+80012345678", ""),
        ("+472", ""),
        ("204", ""),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_a_region_is_told_if_it_is_known(number: str, region: str) -> None:
    assert where(number) == region


def test_to_know_a_region_no_tables_of_towns_are_loaded() -> None:
    """They take 100 MB, and half a second."""
    code = (
        "import sys; from rcdesk.core import numbers; assert numbers.where('+4722000000') == 'Norway'; "
        "sys.exit('phonenumbers.geodata' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_regions_are_those_of_the_rules() -> None:
    """Those that the library has no name for, or misspells, have one here."""
    import phonenumbers
    from phonenumbers import geodata
    from phonenumbers.geodata.locale import LOCALE_DATA

    towns = {key[1:]: names["en"] for key, names in geodata.GEOCODE_DATA.items() if re.fullmatch("1...", key)}
    assert {code: regions.AREAS[code] for code in towns} == {
        code: name.replace("Colombia", "Columbia") for code, name in towns.items()
    }
    for code in regions.AREAS.keys() - towns:
        of_it = [
            region
            for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]
            if (rules := phonenumbers.PhoneMetadata.metadata_for_region(region))
            and re.match(rules.leading_digits or "$", code)
        ]
        assert [regions.COUNTRIES[region] for region in of_it] == [regions.AREAS[code]]
    own = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}
    assert regions.COUNTRIES.keys() == set(phonenumbers.SUPPORTED_REGIONS)
    for region, name in regions.COUNTRIES.items():
        written = LOCALE_DATA.get(region, {}).get("en", own.get(region))
        assert name == (LOCALE_DATA[region][written[1:]] if written.startswith("*") else written)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+16505550101", "…01"),
        ("2042042", "…42"),
        ("204204", "…"),
        ("2042", "…"),
        ("101", "…"),
        ("", "…"),
    ],
)
def test_a_log_shows_no_more_than_two_digits(number: str, masked: str) -> None:
    assert mask(number) == masked


def test_the_rules_are_not_loaded_before_a_number_is_read() -> None:
    code = "import sys, rcdesk.core.numbers; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_was_loaded_beforehand_is_not_loaded_when_a_number_is_read() -> None:
    code = """if True:
        import sys
        from rcdesk.core.numbers import load, read, show
        load()
        loaded = set(sys.modules)
        for text in ("12", "911", "+16505550100"):
            read(text, "US")
        show("+16505550100", "US")
        sys.exit(str(set(sys.modules) - loaded) if set(sys.modules) != loaded else 0)"""
    load()  # here it was most likely loaded already, which does no harm
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("wire", "full"),
    [
        ("13027430863", "+13027430863"),
        ("+13027430863", "+13027430863"),
        ("442079460123", "+442079460123"),
        ("6505550100", "+16505550100"),
        ("101", "101"),
        ("anonymous", ""),
        ("", ""),
        ("somebody", "somebody"),
        ("+16505550100000000", "+16505550100000000"),
    ],
)
def test_numbers_of_the_wire_have_one_spelling(wire: str, full: str) -> None:
    assert e164(wire, "US") == full


def test_an_extension_is_none_of_the_short_numbers_that_a_country_has() -> None:
    assert e164("131114", "AU") == "131114"


@pytest.mark.parametrize(
    ("wire", "kept"),
    [
        ("4722123456", "+4722123456"),
        ("+4722123456", "+4722123456"),
        ("2042042", "+2042042"),
        ("204204", "204204"),
        ("2042", "2042"),
        ("204", "204"),
        (" Unknown ", ""),
        ("x", "x"),
    ],
)
def test_numbers_are_kept_with_their_plus(wire: str, kept: str) -> None:
    assert with_plus(wire) == kept
