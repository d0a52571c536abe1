"""The body places of the cohorts: the diary's own table, as the rules want it."""

from triage.places import PLACES
from triage.rules.history import Place


def cohort_places() -> dict[str, Place]:
    """All places by id."""
    return PLACES
