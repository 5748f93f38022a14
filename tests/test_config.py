from __future__ import annotations

from pathlib import Path

import pytest

from rcdesk import cli
from rcdesk.config import UsageError, paths_for

ONE_RUN = ["--server", "http://127.0.0.1:1", "--client-id", "id", "--jwt-env", "J"]


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))


def test_nothing_asked_is_the_default_profile_with_its_stored_sign_in() -> None:
    config = cli.config_from([], {})
    assert (config.profile, config.demo, config.one_run, config.push, config.fill) == (
        "default",
        False,
        None,
        None,
        "",
    )
    assert not config.ephemeral


def test_profiles_share_nothing() -> None:
    one, two = paths_for("default"), paths_for("work")
    shared = {one.settings, one.database, one.log, one.socket, one.lock} & {
        two.settings, two.database, two.log, two.socket, two.lock}  # fmt: skip
    assert shared == set()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 41, "a b", "-p"])
def test_a_profile_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="profile"):
        paths_for(name)


def test_a_runtime_folder_too_long_for_a_socket_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with pytest.raises(UsageError, match="XDG_RUNTIME_DIR"):
        paths_for("default")


def test_the_demo_stores_nothing_and_has_its_own_profile() -> None:
    config = cli.config_from(["--demo"], {})
    assert config.ephemeral
    assert config.profile == "demo"
    assert cli.config_from(["--demo", "--profile", "x"], {}).profile == "x"


def test_a_sign_in_for_one_run_takes_its_secrets_from_the_environment() -> None:
    environ = {"J": "assertion", "S": "hush"}
    config = cli.config_from([*ONE_RUN, "--client-secret-env", "S", "--push", "pubnub"], environ)
    assert config.one_run is not None
    assert (config.one_run.jwt, config.one_run.client_secret, config.push) == ("assertion", "hush", "pubnub")
    assert config.ephemeral


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--server", "http://127.0.0.1:1"], "--client-id, --jwt-env"),
        (["--client-secret-env", "S"], "--server, --client-id, --jwt-env"),
        (ONE_RUN, "J, which is not set"),
        ([*ONE_RUN, "--demo"], "--demo"),
        (["--tour", "x"], "--demo"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_what_does_not_fit_together_is_said(argv: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        cli.config_from(argv, {} if argv is ONE_RUN else {"J": "j"})


@pytest.mark.parametrize("link", ["tel:+16505550100", "TEL:5", "callto:alice"])
def test_a_link_fills_the_dial_pad(link: str) -> None:
    assert cli.config_from([link], {}).fill == link


def test_a_command_without_a_running_instance_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_command(["calls"]) == cli.NOT_RUNNING
    assert "not running" in capsys.readouterr().err
    assert cli.run_command(["status", "--json", "--profile", "work"]) == cli.NOT_RUNNING
    assert '"running": false' in capsys.readouterr().out
