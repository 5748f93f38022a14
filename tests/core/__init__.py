"""Tests of rcdesk.core: tables, sequences and properties; no fakes are needed, since nothing here does I/O."""
