"""Nothing that identifies a caller or opens an account gets into a log."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rcdesk import log_file, logs

log = logging.getLogger("rcdesk.test")


@pytest.fixture
def start() -> Iterator[Callable[..., Path]]:
    stops: list[Callable[[], None]] = []

    def begin(path: Path, level: int = logging.INFO) -> Path:
        stops.append(logs.start(path, level))
        return path

    yield begin
    for stop in stops:
        stop()


def jwt_of(content: str) -> str:
    def part(value: str) -> str:
        return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")

    return ".".join([part(json.dumps({"alg": "RS256"})), part(json.dumps({"sub": content})), part(content)])


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("ringing from +16505550100", "ringing from …00"),
        ("from 16505550123 to 16505550199", "from …23 to …99"),
        ("(650) 555-0142 rang", "(…42 rang"),
        ("+47 22 12 34 56, busy", "…56, busy"),
        ("tel:+1-650-555-0177;ext=204", "tel:…77;ext=204"),
        ("phoneNumber=%2B1%20650%20555%200100&page=1", "phoneNumber=%2B…00&page=1"),
        ("extension 204, line 17, 404 Not Found", "extension 204, line 17, 404 Not Found"),
        ("session 67029198021", "session …21"),
        ("Authorization: Bearer abc.def-123", "Authorization: *** ***"),
        ("GET /x?access_token=abc123&page=2", "GET /x?access_token=***&page=2"),
        ("{'refresh_token': 'abc', 'expires_in': 3600}", "{'refresh_token': ***, 'expires_in': 3600}"),
        ('{"password": "a, \\"b\\" c", "n": 1}', '{"password": ***, "n": 1}'),
        ("Jwt(assertion='x y z')", "Jwt(assertion=***)"),
        ("client_secret = b'abc def'", "client_secret = ***"),
        ("http://127.0.0.1:57000/?code=abc&state=1", "http://127.0.0.1:57000/?code=***&state=1"),
        ("proxy http://anna:pw@proxy:3128", "proxy http://***@proxy:3128"),
        ("the platform said 429; waiting 60.0 s", "the platform said 429; waiting 60.0 s"),
    ],
)
def test_what_is_written(said: str, written: str) -> None:
    assert logs.redact(said) == written


SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", ") ", " (", "%20", "\u00a0", " - "])
ELSEWHERE = st.text(st.characters(codec="utf-8", exclude_characters="0123456789%"), max_size=15)


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A phone number: its digits, and a way to write it."""
    digits = draw(st.text("0123456789", min_size=7, max_size=15))
    text = draw(st.sampled_from(["", "+", "00", "tel:"]))
    for digit in digits:
        text += digit + draw(SEPARATORS if draw(st.integers(0, 3)) == 0 else st.just(""))
    return digits, text


@given(ELSEWHERE, written_numbers(), ELSEWHERE, written_numbers(), ELSEWHERE)
def test_no_phone_number_survives(
    a: str, one: tuple[str, str], b: str, other: tuple[str, str], c: str
) -> None:
    left = logs.redact(f"{a}{one[1]}{b}{other[1]}{c}")
    bare = re.sub(r"%20|[\s().\-/]", "", left)
    for digits, _ in (one, other):
        windows = {digits[start : start + 7] for start in range(len(digits) - 6)}
        assert not any(window in bare for window in windows)


TOKENS = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=|", min_size=6, max_size=80
).map(lambda token: "t9" + token)
PLACES = st.sampled_from(
    [
        "Bearer {}",
        "{{'Authorization': 'bearer {}'}}",
        'access_token="{}"',
        '{{"refresh_token": "{}"}}',
        '"{{\\"refresh_token\\": \\"{}\\"}}"',
        "client_secret={}",
        "Password: {}",
        "wss://host/ws?access_token={}&x=1",
    ]
)


@given(ELSEWHERE, PLACES, TOKENS)
@example("", "Bearer {}", "a.b.c1234")
def test_no_token_survives(before: str, place: str, token: str) -> None:
    assert token not in logs.redact(f"{before} {place.format(token)} and on").replace(place, "")


@given(ELSEWHERE, st.text(min_size=1, max_size=30), ELSEWHERE)
def test_no_jwt_survives_wherever_it_stands(before: str, content: str, after: str) -> None:
    jwt = jwt_of(content)
    left = logs.redact(f"{before} {jwt} {after}")
    assert not any(part in left for part in jwt.split(".")[:2])


def test_an_opaque_token_is_removed_although_nothing_names_it() -> None:
    token = "U0pDMTFQ" + "aB3" * 12
    assert logs.redact(f"stored {token}.") == "stored ***."
    assert logs.redact("subscription 3f2a91cc-77ab-4e12-8a3e-aabbccddeeff") != "subscription ***"


def test_a_long_text_is_redacted_in_no_time() -> None:
    for piece in ("a", "A1a", "token", "eyJ", "1 ", "(", "Bearer ", "'", "\\", "://"):
        logs.redact(piece * 20_000)


def test_message_arguments_exception_and_stack_are_all_redacted(
    tmp_path: Path, start: Callable[..., Path]
) -> None:
    path = start(tmp_path / "state" / "rcdesk.log")
    try:
        raise ValueError("cannot ring +16505550100 with password='s3cret'")
    except ValueError:
        log.info("dialling %s", "+16505550199", exc_info=True, stack_info=True)
    text = path.read_text(encoding="utf-8")
    assert "dialling …99" in text
    assert "cannot ring …00 with password=***" in text
    assert "Traceback" in text
    assert not re.search(r"\d{7}", text)
    assert "s3cret" not in text.replace("password='s3cret'\")", "")  # the line of this test's own source


def test_nothing_that_is_told_breaks_the_line_or_drives_the_terminal(
    tmp_path: Path, start: Callable[..., Path]
) -> None:
    path = start(tmp_path / "rcdesk.log")
    log.info("refused: %s", "X\x1b[2J\r\nINFO rcdesk: signed in\u202e", exc_info=ValueError("\x1b[2J"))
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0].endswith(r"refused: X\x1b[2J\r\nINFO rcdesk: signed in\u202e")
    assert "\x1b" not in text


def test_a_pipe_that_nobody_reads_in_the_place_of_the_log_holds_up_nobody(
    tmp_path: Path, start: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "rcdesk.log")
    start(tmp_path / "rcdesk.log")
    log.info("hello")
    assert "was not written (OSError)" in capsys.readouterr().err


def test_the_file_is_private_and_made_with_the_first_record(
    tmp_path: Path, start: Callable[..., Path]
) -> None:
    path = start(tmp_path / "state" / "rcdesk.log")
    assert not path.parent.exists()
    log.info("hello")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_old_records_make_room_and_stay_private(
    tmp_path: Path, start: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "SIZE", 2000)
    path = start(tmp_path / "rcdesk.log")
    for _ in range(200):
        log.info("the quick brown fox jumps over the lazy dog")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["rcdesk.log", *(f"rcdesk.log.{nth}" for nth in (1, 2, 3))]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert path in files


@pytest.mark.expected_log("shown")
def test_the_terminal_gets_warnings_only(
    tmp_path: Path, start: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    start(tmp_path / "rcdesk.log")
    log.info("hidden")
    log.warning("shown to +16505550100")
    assert re.fullmatch(r"\S+ \S+ WARNING rcdesk.test: shown to …00\n", capsys.readouterr().err)


def test_libraries_that_log_urls_are_quiet_even_at_debug(tmp_path: Path, start: Callable[..., Path]) -> None:
    path = start(tmp_path / "rcdesk.log", logging.DEBUG)
    for name in ("httpx", "httpcore.connection", "pubnub", "websockets.client"):
        logging.getLogger(name).info("GET https://platform/?number=x")
    log.debug("ours")
    assert path.read_text(encoding="utf-8").count("\n") == 1


def test_stopping_leaves_everything_as_it_was(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("httpx").level)
    logs.start(tmp_path / "rcdesk.log")()
    assert (root.level, list(root.handlers), logging.getLogger("httpx").level) == before
    assert threading.excepthook not in (logs._on_thread_failed, None)


@pytest.mark.expected_log("a thread failed", "a fault where none can be raised")
def test_what_python_would_print_by_itself_is_redacted_too(
    tmp_path: Path, start: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    class Spoilt:
        def __del__(self) -> None:
            raise ValueError("no call from +16505550100")

    def fail() -> None:
        raise ValueError("no call from +16505550199")

    path = start(tmp_path / "rcdesk.log")
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Spoilt()
    for told in (capsys.readouterr().err, path.read_text(encoding="utf-8")):
        assert told.count("ValueError: no call from …") == 2
        assert "650555" not in told


def test_a_record_that_cannot_be_written_is_told_once_and_without_its_content(
    tmp_path: Path, start: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("in the way")
    start(tmp_path / "state" / "rcdesk.log")
    for _ in range(3):
        log.info("call from +16505550100")
    told = capsys.readouterr().err
    assert re.fullmatch(r"rcdesk: a log record of test_logs.py:\d+ was not written \(\w+\).\n", told)


def test_a_full_disk_costs_records_not_the_end_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rcdesk.log"
    path.symlink_to("/dev/full")
    stop = logs.start(path)
    logging.getLogger("rcdesk.test").info("one record")
    stop()
    assert "was not written (OSError)" in capsys.readouterr().err
