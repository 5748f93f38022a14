"""The sign-in page: one form, no script, readable by a screen reader, dark where the system is."""

from collections.abc import Mapping
from html import escape

_STYLE = """
:root { color-scheme: light dark; --bg: #f6f7f9; --surface: #fff; --line: #c9ced6; --text: #1b2027;
  --dim: #5a6470; --accent: #2563c9; --on: #fff; --danger: #c0302b; --danger-bg: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --bg: #16191d; --surface: #1e2227; --line: #4a525c;
  --text: #e9ecf0; --dim: #9aa4b0; --accent: #6ea1ff; --on: #0d1320; --danger: #ff8a80; --danger-bg: #3d1f1d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--bg);
  color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { width: 100%; max-width: 380px; padding: 28px; background: var(--surface); border: 1px solid var(--line);
  border-radius: 8px; }
h1 { margin: 0 0 4px; font-size: 20px; font-weight: 600; }
p { margin: 0 0 20px; color: var(--dim); }
label { display: block; margin: 0 0 4px; font-weight: 600; font-size: 13px; }
small { font-weight: 400; color: var(--dim); }
input { width: 100%; height: 40px; margin: 0 0 16px; padding: 0 12px; font: inherit; color: inherit;
  background: var(--bg); border: 1px solid var(--line); border-radius: 6px; }
button { width: 100%; height: 40px; font: inherit; font-weight: 600; border-radius: 6px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on); }
button.quiet { margin-top: 8px; background: none; color: var(--accent); border-color: transparent; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.problem { padding: 10px 12px; border-radius: 6px; background: var(--danger-bg); color: var(--danger); }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""

_FORM = """<p>The rcdesk sandbox stands in for RingCentral. Nothing you type here leaves this computer.</p>
{problem}<form method="post" action="/restapi/oauth/authorize">
{hidden}
<label for="username">Phone number or email</label>
<input id="username" name="username" value="{username}" autocomplete="username" required autofocus>
<label for="extension">Extension <small>if the number is the company's</small></label>
<input id="extension" name="extension" value="{extension}" inputmode="numeric" autocomplete="off">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
<button class="quiet" type="submit" name="decision" value="cancel" formnovalidate>Cancel</button>
</form>"""


def login_page(hidden: Mapping[str, str], *, username: str, extension: str, problem: str) -> str:
    """The form, with the app's request kept in hidden fields and what was typed before, less the password."""
    fields = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    told = f'<p class="problem" role="alert">{escape(problem)}</p>\n' if problem else ""
    form = _FORM.format(hidden=fields, username=escape(username), extension=escape(extension), problem=told)
    return _PAGE.format(title="Sign in", style=_STYLE, content=form)


def refusal_page(problem: str) -> str:
    """What a browser shows when there is nowhere safe to send it back to."""
    content = f'<p class="problem" role="alert">{escape(problem)}</p>'
    return _PAGE.format(title="Cannot sign in", style=_STYLE, content=content)
