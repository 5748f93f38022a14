"""The tables of the call history, and how each version of them came from the one before.

`calls` holds every fact about a call, one row each. Those that are shown in the history have a `place`: their
start to the millisecond and their id in one number, so that a page is a range of places in every index and in
the full text, newest first. Facts that only support a shown one have none, and names no key in the full text.
"""

from __future__ import annotations

_INDEX_TEXT = """
    INSERT INTO names (rowid, name, queue) VALUES (new.place, new.name, new.queue);
    INSERT INTO numbers (rowid, digits) VALUES (new.place, new.digits);
"""
_FORGET_TEXT = """
    INSERT INTO names (names, rowid, name, queue) VALUES ('delete', old.place, old.name, old.queue);
    INSERT INTO numbers (numbers, rowid, digits) VALUES ('delete', old.place, old.digits);
"""

_FIRST = (
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
        place INTEGER UNIQUE,
        source TEXT NOT NULL,      -- log, live or ringout
        key TEXT NOT NULL,         -- record id, key of the call, id of the RingOut
        session_id TEXT NOT NULL,
        direction TEXT NOT NULL,
        outcome TEXT NOT NULL,
        started_at REAL NOT NULL,  -- unix seconds
        duration REAL NOT NULL,    -- seconds
        until REAL NOT NULL,
        number TEXT NOT NULL,
        digits TEXT NOT NULL,      -- of the number
        name TEXT NOT NULL,
        location TEXT NOT NULL,
        queue TEXT NOT NULL,
        reason TEXT NOT NULL,
        own_number TEXT NOT NULL,
        seen INTEGER NOT NULL,
        ringout INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        told TEXT                  -- JSON: what the source itself said, where others say it better
    )
    """,
    "CREATE UNIQUE INDEX calls_key ON calls (source, key)",
    "CREATE INDEX calls_session ON calls (session_id) WHERE session_id <> ''",
    "CREATE INDEX calls_direction ON calls (direction, place) WHERE place IS NOT NULL",
    "CREATE INDEX calls_missed ON calls (place) WHERE outcome = 'missed' AND place IS NOT NULL",
    "CREATE INDEX calls_unseen ON calls (digits) WHERE outcome = 'missed' AND NOT seen AND place IS NOT NULL",
    "CREATE INDEX calls_connected ON calls (digits, place) WHERE outcome = 'connected' AND place IS NOT NULL",
    "CREATE INDEX calls_live ON calls (started_at) WHERE source = 'live'",
    "CREATE INDEX calls_ringouts ON calls (digits) WHERE source = 'ringout'",
    """
    CREATE VIRTUAL TABLE names USING fts5 (
        name, queue, content = 'calls', content_rowid = 'place',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4'
    )
    """,
    """
    CREATE VIRTUAL TABLE numbers USING fts5 (
        digits, content = 'calls', content_rowid = 'place', tokenize = 'trigram'
    )
    """,
    f"CREATE TRIGGER calls_added AFTER INSERT ON calls WHEN new.place IS NOT NULL BEGIN {_INDEX_TEXT} END",
    f"CREATE TRIGGER calls_gone AFTER DELETE ON calls WHEN old.place IS NOT NULL BEGIN {_FORGET_TEXT} END",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)

MIGRATIONS = (_FIRST,)
