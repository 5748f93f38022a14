"""The tables of the call history, and how each version of them came from the one before.

A row's `place` is its start to the millisecond and its id in one number. A page is a range of places, newest
first, in the table and in its full text alike: so finding the newest of many matches costs no sorting.
"""

from __future__ import annotations

_INDEX_TEXT = """
    INSERT INTO names (rowid, folded) VALUES (new.place, new.folded);
    INSERT INTO numbers (rowid, digits) VALUES (new.place, new.digits);
"""
_FORGET_TEXT = """
    INSERT INTO names (names, rowid, folded) VALUES ('delete', old.place, old.folded);
    INSERT INTO numbers (numbers, rowid, digits) VALUES ('delete', old.place, old.digits);
"""

_FIRST = (
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
        place INTEGER NOT NULL UNIQUE,
        record_id TEXT NOT NULL,   -- of the platform's log, '' while only seen live
        session_id TEXT NOT NULL,
        direction TEXT NOT NULL,
        outcome TEXT NOT NULL,
        started_at REAL NOT NULL,  -- unix seconds
        duration REAL NOT NULL,    -- seconds
        number TEXT NOT NULL,
        digits TEXT NOT NULL,      -- of the number
        name TEXT NOT NULL,
        folded TEXT NOT NULL,      -- words to be found, without case and accents
        location TEXT NOT NULL,
        queue TEXT NOT NULL,
        reason TEXT NOT NULL,
        own_number TEXT NOT NULL,
        seen INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX calls_record ON calls (record_id) WHERE record_id <> ''",
    "CREATE INDEX calls_direction ON calls (direction, place)",
    "CREATE INDEX calls_missed ON calls (place) WHERE outcome = 'missed'",
    "CREATE INDEX calls_unseen ON calls (id) WHERE outcome = 'missed' AND NOT seen",
    "CREATE INDEX calls_connected ON calls (digits, place) WHERE outcome = 'connected'",
    """
    CREATE VIRTUAL TABLE names USING fts5 (
        folded, content = 'calls', content_rowid = 'place',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4'
    )
    """,
    """
    CREATE VIRTUAL TABLE numbers USING fts5 (
        digits, content = 'calls', content_rowid = 'place', tokenize = 'trigram'
    )
    """,
    f"CREATE TRIGGER calls_added AFTER INSERT ON calls BEGIN {_INDEX_TEXT} END",
    f"CREATE TRIGGER calls_gone AFTER DELETE ON calls BEGIN {_FORGET_TEXT} END",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)

_NOTES = (
    # A note is a column of its call, so that whoever rewrites the row must carry it, and one full text finds names
    # and notes. In a table of its own it would outlive the row, but nobody would say whose it is when two rows
    # become one.
    "ALTER TABLE calls ADD COLUMN note TEXT NOT NULL DEFAULT ''",  # its words are in `folded`, after the name's
    "CREATE INDEX calls_noted ON calls (place) WHERE note <> ''",
    # What is written about a row that has just become part of another one goes there.
    "CREATE TABLE moved (id INTEGER PRIMARY KEY, kept INTEGER NOT NULL)",
)

MIGRATIONS = (_FIRST, _NOTES)
