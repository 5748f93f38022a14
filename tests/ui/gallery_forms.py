"""Draw the forms in every state to build/gallery/, for eyes: python tests/ui/gallery_forms.py [name …]."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

sys.path.insert(0, str(Path(__file__).parents[2]))

from rcdesk.core import numbers
from rcdesk.core.account import Account, DialChoices
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import Query
from rcdesk.core.pacing import Budget
from rcdesk.core.ringout import Progress
from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services import ring_test
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session import Phase, Server, SessionState
from rcdesk.ui import ring_card
from rcdesk.ui.diagnostic_words import DiagnosticsSource
from rcdesk.ui.diagnostics import Diagnostics
from rcdesk.ui.dial_pad import DialPad
from rcdesk.ui.dial_source import DialSource
from rcdesk.ui.history_pane import HistoryPane
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.login_dialog import LoginDialog
from rcdesk.ui.preferences import Place
from rcdesk.ui.record_detail import RecordDetail
from rcdesk.ui.ringout_view import RingOutView
from rcdesk.ui.settings_pane import SettingsPane, SettingsSource
from rcdesk.ui.theme import Theme
from rcdesk.ui.ticker import Ticker
from tests.ui import form_samples as samples

OUT = Path(__file__).parents[2] / "build" / "gallery"
Maker = Callable[[], QWidget]


def source(records: list[object] | None = None, syncing: str = "", *, at_once: bool = True) -> HistorySource:
    store = samples.FakeStore(samples.the_mocks_calls() if records is None else records, at_once=at_once)  # type: ignore[arg-type]
    return HistorySource(
        store.find, Feed(), Latest(2), Latest(syncing), lambda: None, samples.who, Feed(), lambda: samples.NOW
    )


def history() -> QWidget:
    pane = HistoryPane(source())
    pane.list.setCurrentIndex(pane.model.index(1))
    return pane


def history_wide() -> QWidget:
    both = QWidget()
    layout = QHBoxLayout(both)
    layout.setContentsMargins(0, 0, 0, 0)
    pane, detail = HistoryPane(source()), RecordDetail(samples.who, lambda: samples.NOW, samples.Notebook())
    pane.setFixedWidth(420)
    pane.record_selected.connect(detail.show_record)
    pane.model.show(Query())
    pane.list.setCurrentIndex(pane.model.index_of_record(29))
    pane.list.setFocus()
    layout.addWidget(pane)
    layout.addWidget(detail)
    return both


def history_syncing() -> QWidget:
    return HistoryPane(source(syncing="Fetching your calls of the last 30 days… 400 so far"))


def history_searched() -> QWidget:
    pane = HistoryPane(source())
    pane.search.setText("anna")
    return pane


def history_not_found() -> QWidget:
    pane = HistoryPane(source())
    pane.search.setText("zebra")
    return pane


def history_empty() -> QWidget:
    return HistoryPane(source([]))


def history_waiting() -> QWidget:
    pane = HistoryPane(source(at_once=False))
    pane.model.show(Query(text=""))
    pane.model._show_waiting()
    return pane


def ringout(end: str) -> QWidget:
    view = RingOutView(lambda number: numbers.show(number, "US"), lambda: next(times))
    times = itertools.chain((samples.NOW, samples.NOW, samples.NOW + 4), itertools.repeat(samples.NOW + 15))
    for progress in samples.a_ringout(end):
        view.show_progress(progress)
    return view


PROBLEM = Problem(
    "You are not signed in.",
    "Number, extension and password do not belong together; check them.",
    Kind.SIGN_IN,
)
CUSTOM_SERVER = Server("https://platform.example.com", "aBcD-1234")


def login(state: SessionState, defaults: Server = CUSTOM_SERVER) -> LoginDialog:
    return LoginDialog(Latest(state), lambda *_: None, lambda: None, defaults, start_demo=lambda: None)


def login_browser() -> QWidget:
    return login(SessionState(), Server("", ""))


def login_waiting() -> QWidget:
    address = "https://platform.ringcentral.com/restapi/oauth/authorize?response_type=code&client_id=aBcD"
    return login(SessionState(Phase.SIGNING_IN, browser_url=address))


def login_jwt() -> QWidget:
    dialog = login(SessionState())
    dialog.ways.choose(dialog.jwt)
    dialog._arrange()
    return dialog


def login_password() -> QWidget:
    dialog = login(SessionState(problem=PROBLEM, server="https://platform.example.com"))
    dialog.ways.choose(dialog.password)
    dialog.password.number.set_text("+1 650 555 0101")
    dialog.password.password.set_text("tr0ub4dor")
    dialog._arrange()
    return dialog


def login_wrong() -> QWidget:
    dialog = login(SessionState(), Server("http://example.com", ""))
    dialog.ways.choose(dialog.password)
    dialog._arrange()
    dialog._on_go()
    return dialog


def login_demo() -> QWidget:
    dialog = login(SessionState(), Server("", ""))
    dialog.server.choice.setCurrentIndex(2)
    return dialog


LOGINS = (login_browser, login_waiting, login_jwt, login_password, login_wrong, login_demo)


NOW = samples.NOW
BUDGETS = (
    Budget("Auth", 5, 4, NOW + 50, None),
    Budget("Light", 50, 41, NOW + 50, None),
    Budget("Medium", 40, 3, NOW + 55, None),
    Budget("Heavy", 10, 0, NOW + 60, NOW + 30),
)


LIVE = LinkStatus(LinkState.LIVE, samples.at(8, 12), Transport.WEBSOCKET)


def diagnostics(link: LinkStatus = LIVE, budgets: tuple[Budget, ...] = BUDGETS) -> Diagnostics:
    kept = {"Settings": "config/rcdesk", "Calls": "local/share/rcdesk", "Log": "local/state/rcdesk"}
    names = {"Settings": "settings.json", "Calls": "calls.db", "Log": "rcdesk.log"}
    source = DiagnosticsSource(
        session=Latest(
            SessionState(
                Phase.SIGNED_IN,
                Account("1", "101", "101", "Dana Novak"),
                server="https://platform.ringcentral.com",
            )
        ),
        link=Latest(link),
        last_heard=lambda: NOW - 12,
        last_checked=lambda: NOW - 100,
        budgets=lambda: budgets,
        secrets_kept=Latest("SecretService Keyring"),
        version="0.1.0",
        places=tuple(
            Place(what, f"/home/dana/.{folder}/default/{names[what]}") for what, folder in kept.items()
        ),
        redact=str,
        clock=lambda: NOW,
    )
    return Diagnostics(source, Ticker())


def whole(page: Diagnostics) -> Diagnostics:
    """Build what the page would build bit by bit."""
    page.slices.finish()
    return page


def settings_diagnostics() -> QWidget:
    return whole(diagnostics())


def settings_diagnostics_at_rest() -> QWidget:
    return whole(diagnostics(LinkStatus(LinkState.SIGNED_OUT, samples.at(9, 0)), ()))


def settings(
    state: SessionState, link: LinkStatus, push: str = "auto", test: ring_test.Progress | None = None
) -> QWidget:
    source = SettingsSource(
        Latest(state),
        Latest(link),
        Latest("GNOME keyring"),
        "0.1.0",
        lambda: samples.NOW,
        Latest(test),
        diagnostics,
    )
    pane = SettingsPane(source, samples.FakePreferences(push=push))
    pane.slices.finish()
    return pane


def settings_signed_in() -> QWidget:
    account = Account("1", "101", "101", "Dana Novak")
    state = SessionState(
        Phase.SIGNED_IN, account, kept=True, server="https://platform.ringcentral.com",
        ends_at=samples.NOW + 3600, ends_soon=True,
    )  # fmt: skip
    return settings(state, LinkStatus(LinkState.LIVE, samples.at(8, 12), Transport.WEBSOCKET))


def settings_signed_out() -> QWidget:
    return settings(SessionState(), LinkStatus(LinkState.SIGNED_OUT), "pubnub")


def settings_ring_test() -> QWidget:
    live = LinkStatus(LinkState.LIVE, samples.at(8, 12), Transport.WEBSOCKET)
    return settings(SessionState(), live, test=ring_test.Progress(live, reached=ring_test.Step.FOLLOWED))


def settings_ring_test_failed() -> QWidget:
    lost = LinkStatus(LinkState.RECOVERING, samples.at(10, 40))
    why = ring_card.HUSHED
    return settings(
        SessionState(),
        lost,
        test=ring_test.Progress(lost, reached=ring_test.Step.FOLLOWED, why=why, over=True),
    )


def settings_expired() -> QWidget:
    account = Account("1", "101", "101", "Dana Novak")
    state = SessionState(Phase.EXPIRED, account, server="https://platform.ringcentral.com")
    return settings(state, LinkStatus(LinkState.POLLING, samples.at(8, 12), Transport.POLLING), "polling")


def dial(
    text: str = "", *, choices: DialChoices = samples.CHOICES, progress: Progress | None = None
) -> DialPad:
    source = DialSource(
        Latest(choices), Latest(progress), samples.read, lambda _order: None, lambda: None, lambda: None,
        samples.who, lambda: samples.NOW,
    )  # fmt: skip
    pad = DialPad(source, samples.FakePreferences(last_caller_id="+18885434778"))
    if text:
        pad.fill(text)
    return pad


def dial_empty() -> QWidget:
    return dial()


def dial_known() -> QWidget:
    return dial("+47 22123456")


def dial_stranger() -> QWidget:
    return dial("(650) 555-0147")


def dial_wrong() -> QWidget:
    return dial("650 555 0")


def dial_emergency() -> QWidget:
    return dial("911")


def dial_another() -> QWidget:
    pad = dial("6505550147", choices=DialChoices())
    pad.problem.setText(
        "The call was not placed. Another call is being placed; cancel it or wait for its end."
    )
    pad.problem.show()
    return pad


def dial_under_way() -> QWidget:
    return dial(progress=samples.UNDER_WAY)


DIALS = (dial_empty, dial_known, dial_stranger, dial_wrong, dial_emergency, dial_another, dial_under_way)
SETTINGS = (
    settings_signed_in,
    settings_signed_out,
    settings_expired,
    settings_ring_test,
    settings_ring_test_failed,
    settings_diagnostics,
    settings_diagnostics_at_rest,
)
HISTORIES = (
    history,
    history_wide,
    history_syncing,
    history_searched,
    history_not_found,
    history_empty,
    history_waiting,
)
VIEWS: dict[str, Maker] = {view.__name__: view for view in (*HISTORIES, *LOGINS, *SETTINGS, *DIALS)}
VIEWS |= {f"ringout_{end}": partial(ringout, end) for end in samples.RINGOUTS}


def framed(view: QWidget, width: int) -> QWidget:
    if view.isWindow() and isinstance(view, QDialog):
        view.resize(width, view.height())
        return view
    frame = QWidget()
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 12, 16, 0)  # as in the main window
    layout.addWidget(view)
    frame.resize(width, 640)
    return frame


def shoot(names: list[str], dark: str, width: int, scale: str) -> None:
    app = QApplication([])
    Theme(app, dark)
    for name in names:
        if name.endswith("_wide") != (width >= 840):
            continue
        frame = framed(VIEWS[name](), width)
        frame.show()
        for _ in range(3):
            app.processEvents()
        frame.grab().save(str(OUT / f"{name}-{dark}-{width}-{scale}x.png"))
        frame.close()


def main() -> None:
    if os.environ.get("GALLERY"):
        dark, width, scale = os.environ["GALLERY"].split()
        shoot(sys.argv[1:] or list(VIEWS), dark, int(width), scale)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    for dark, width, scale in itertools.product(("light", "dark"), (360, 420, 900), (1, 2)):
        environ = {**os.environ, "GALLERY": f"{dark} {width} {scale}", "QT_SCALE_FACTOR": str(scale)}
        subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=environ, check=True)


if __name__ == "__main__":
    main()
