"""Chance that repeats itself: the same seed and purpose always give the same."""

import random


def chance(purpose: str, seed: int) -> random.Random:
    """A source of chance of its own for one purpose; never for anything secret."""
    return random.Random(f"{purpose} {seed}")  # noqa: S311 - a pretend world, no cryptography
