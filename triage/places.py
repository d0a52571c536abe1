"""The diary's table of body places, as the rules want it."""

from diary.body import LOCATIONS
from triage.rules.history import Place

PLACES: dict[str, Place] = {
    location.id: Place(location.id, location.segment, location.group, location.sides, location.neighbours)
    for location in LOCATIONS.values()
}
