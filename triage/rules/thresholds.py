"""Every number that decides something: what it means, where it comes from, which way it is safe to change.

"Safe" is the direction that asks for a doctor's eye sooner or promises less; the price is more notes for
people whose twitches are harmless. A change needs a decision record and new figures in docs/evaluation.md.
"""

from dataclasses import dataclass
from typing import Any, Literal

RULES_VERSION = "2"

Direction = Literal["lower", "higher", "neither"]

ARTICLE = "Source article: document anything beyond two weeks in one location, or progressive worsening"
NHS = "NHS, Twitching eyes and muscles (reviewed 30 Oct 2023): see a GP after more than 2 weeks"
NHS_PLACES = "NHS, Twitching eyes and muscles (reviewed 30 Oct 2023): see a GP if in more than one place"
NICE = "NICE NG127, Suspected neurological conditions: recognition and referral"
RED_FLAGS = "MND Association / RCGP Red Flag tool: painless, progressive weakness"
E_DETECTOR = "Shin, Ramdas, Rinaldo: E-detectors, New England Journal of Statistics in Data Science"
COHORTS = "Own choice, measured on simulated cohorts (docs/evaluation.md)"
OWN = "Own choice"


@dataclass(frozen=True, slots=True)
class Threshold[T: (int, float)]:
    """A number, its meaning, its source and the direction in which a change is safe."""

    value: T
    meaning: str
    source: str
    safe: Direction


# What a day is -------------------------------------------------------------------------------------

RECALL_HOURS = Threshold(
    72, "An entry written down later than this many hours after it began counts as recalled", OWN, "neither"
)
RECALLED_DAYS_MOST = Threshold(
    5, "At most this many of the 15 days of the two-week rule may be recalled ones", OWN, "higher"
)
MINUTES_BAND = Threshold(60, "Seconds from which an episode lasts minutes (band 1)", OWN, "lower")
HALF_HOUR_BAND = Threshold(1800, "Seconds from which an episode lasts about an hour (band 2)", OWN, "lower")
HOURS_BAND = Threshold(7200, "Seconds from which an episode lasts hours (band 3)", OWN, "lower")
STRENGTH_UNKNOWN = Threshold(
    1, "Strength of an episode that has none, at a place without any earlier one", OWN, "higher"
)
BAND_UNKNOWN = Threshold(
    0, "Duration band of an episode that has none, at a place without any earlier one", OWN, "higher"
)
ONE_EPISODE_GAP = Threshold(
    60,
    "Seconds between the end of one entry and the start of the next up to which they are one",
    OWN,
    "higher",
)

# Blocks of days ------------------------------------------------------------------------------------

BLOCK_OBSERVED_LEAST = Threshold(
    3, "Observed days that a block needs; a week with fewer joins the next", COHORTS, "lower"
)
BLOCK_WEEKS_MOST = Threshold(
    4, "Weeks that may be joined into one block; if still too sparse it is dropped", COHORTS, "higher"
)

# Persistence ---------------------------------------------------------------------------------------

SPELL_CLEAR_DAYS = Threshold(
    3, "Observed clear days between two twitch days of a place that end its spell", COHORTS, "higher"
)
SPELL_GAP_DAYS = Threshold(
    8, "Days from one twitch day of a place to the next that end its spell", COHORTS, "higher"
)
TWO_WEEKS = Threshold(
    14, "Days after the first day of a spell from which it may be flagged: more than two weeks", NHS, "lower"
)
FOURTEEN_DAYS = Threshold(
    14, "Days in one place, both ends counted, from which a spell is always at least noted", ARTICLE, "lower"
)
WINDOW_DAYS = Threshold(15, "Days of the window in which a flag counts twitch days", NHS, "neither")
MOST_DAYS_BELIEF = Threshold(
    0.90, "Belief that the place twitches on more than half of the days, for a flag", COHORTS, "lower"
)
ASK_BELIEF = Threshold(
    0.65,
    "Belief that the place twitches on more than half of the days, to ask about the rest",
    COHORTS,
    "lower",
)
UNLOGGED_AS_CLEAR = Threshold(0.5, "Share of a clear day that an unlogged day counts as", COHORTS, "lower")
FLAG_TWITCH_DAYS = Threshold(9, "Twitch days that a flag needs in its window", COHORTS, "lower")
FLAG_TWITCH_DAYS_UNMARKED = Threshold(
    10, "The same, for somebody who marked no quiet day lately", COHORTS, "lower"
)
QUIET_MARK_DAYS = Threshold(28, "Days within which a quiet day must have been marked", COHORTS, "higher")
ASK_TWITCH_DAYS = Threshold(5, "Twitch days in the window that asking needs", COHORTS, "lower")
ASK_CLEAR_SHARE = Threshold(
    0.2,
    "Clear days for each twitch day, at most, to ask somebody who does mark quiet days",
    COHORTS,
    "higher",
)
EASING_RECENT_DAYS = Threshold(7, "Recent days whose mean score is compared for easing", OWN, "neither")
EASING_BEFORE_DAYS = Threshold(14, "Days before them that it is compared with", OWN, "neither")
EASING_RECENT_LEAST = Threshold(3, "Observed days needed among the recent ones", OWN, "higher")
EASING_BEFORE_LEAST = Threshold(4, "Observed days needed among those before", OWN, "higher")
EASING_RATIO = Threshold(0.75, "Recent mean over the mean before, at most, for easing", COHORTS, "lower")
EASING_P = Threshold(
    0.02, "One-sided Mann-Kendall p of the fall of the day scores, at most, for easing", COHORTS, "lower"
)
EASING_EXCUSE_DAYS = Threshold(
    28, "Days after the start of a spell from which easing no longer excuses", OWN, "lower"
)
RESOLVE_CLEAR_DAYS = Threshold(7, "Observed clear days after a spell that close its finding", OWN, "higher")
RESOLVE_DAYS = Threshold(28, "Days after a spell without a twitch there that close its finding", OWN, "higher")

# Spread --------------------------------------------------------------------------------------------

ESTABLISHED_DAYS = Threshold(3, "Twitch days that make a place established", COHORTS, "lower")
ESTABLISHED_SPAN = Threshold(7, "Days that they must span", COHORTS, "lower")
ESTABLISHED_WITHIN = Threshold(28, "Days within which they must lie", COHORTS, "higher")
ACTIVE_DAYS = Threshold(14, "A place is active if it twitched within this many days", COHORTS, "higher")
SPREAD_BLOCKS = Threshold(5, "Blocks that spread needs", COHORTS, "lower")
SPREAD_PLACES = Threshold(3, "Established, active places that spread needs", NHS_PLACES, "lower")
SPREAD_NEW_PLACES = Threshold(2, "Of these, how many must be new", COHORTS, "lower")
NEW_PLACE_DAYS = Threshold(120, "A place is new if it first twitched within this many days", COHORTS, "higher")
NEW_PLACE_AFTER = Threshold(7, "and at least this many days after the first place", COHORTS, "lower")
NEW_PLACE_CHANCE = Threshold(
    0.005,
    "and if the chance that its twitch days fell so late among the recorded days is at most this",
    COHORTS,
    "higher",
)
SPREAD_BLOCKS_COMPARED = Threshold(16, "Blocks over which places per day must rise", COHORTS, "neither")
SPREAD_P = Threshold(0.05, "One-sided Mann-Kendall p of that rise, on both denominators", COHORTS, "higher")
SPREAD_RISE = Threshold(
    0.4, "Places per observed day by which the last third must exceed the first", COHORTS, "lower"
)
SPREAD_RISE_CALENDAR = Threshold(0.3, "The same per calendar day", COHORTS, "lower")
SPREAD_CLOSED_PLACES = Threshold(1, "Active places down to which spread closes", OWN, "lower")
FACE_TWITCH_DAYS = Threshold(
    7,
    "Twitch days in 28 that eye and lower face each need for the one-side-of-the-face sentence",
    OWN,
    "lower",
)

# Worsening -----------------------------------------------------------------------------------------

ALERT_EVIDENCE = Threshold(800.0, "Weighted e-detector from which there is an alert", E_DETECTOR, "lower")
WATCH_EVIDENCE = Threshold(60.0, "Weighted e-detector from which there is a watch note", COHORTS, "lower")
OVERALL_WEIGHT = Threshold(0.5, "Share of the error budget that the diary as a whole has", E_DETECTOR, "neither")
SERIES_TWITCH_DAYS = Threshold(10, "Twitch days from which a place, or the diary, is followed", COHORTS, "lower")
WORSENING_BLOCKS = Threshold(6, "Blocks that worsening needs", COHORTS, "lower")
WORSENING_BLOCKS_COMPARED = Threshold(12, "Blocks that are cut in thirds to see the size", COHORTS, "neither")
RISE_RATIO = Threshold(1.5, "Mean score of the last third over that of the first, at least", COHORTS, "lower")
RISE_OBSERVED = Threshold(1.25, "Points of the 0-7 day score that it rises by, per observed day", COHORTS, "lower")
RISE_CALENDAR = Threshold(0.8, "Points that it rises by per calendar day", COHORTS, "lower")
MESSAGE_DAYS = Threshold(56, "Days in which there is at most one worsening message", OWN, "lower")
CLOSED_SHARE = Threshold(
    0.5, "Share of the rise that must be gone for two blocks before worsening closes", OWN, "higher"
)
CLOSED_BLOCKS = Threshold(2, "Blocks for which it must be gone", OWN, "higher")

# Climbs and steep courses -----------------------------------------------------------------------------

CLIMB_DAYS = Threshold(84, "Days in which the scores of the twitch days are seen to climb", COHORTS, "neither")
CLIMB_DAYS_LEAST = Threshold(18, "The same, in a diary that began within them", COHORTS, "lower")
CLIMB_EVIDENCE = Threshold(
    12.0, "Weighted e-detector that is enough for an alert when the scores climb", COHORTS, "lower"
)
CLIMB_BLOCKS = Threshold(5, "Blocks that a climb needs", COHORTS, "lower")
CLIMB_TWITCH_DAYS = Threshold(10, "Twitch days that a climb needs", COHORTS, "lower")
CLIMB_SCORE = Threshold(1.65, "Points by which the mean score of a twitch day rises", COHORTS, "lower")
CLIMB_OBSERVED = Threshold(1.0, "Points by which the burden per observed day rises", COHORTS, "lower")
CLIMB_CALENDAR = Threshold(0.6, "Points by which the burden per calendar day rises", COHORTS, "lower")
CLIMB_P = Threshold(0.01, "One-sided Mann-Kendall p of the scores of the twitch days", COHORTS, "higher")
STEEP_DAYS = Threshold(42, "Days in which a steep course is looked for", COHORTS, "neither")
STEEP_TWITCH_DAYS = Threshold(5, "Twitch days that a steep course needs", COHORTS, "lower")
STEEP_NOTE_SCORE = Threshold(1.5, "Points by which the score of a twitch day rises, for a note", COHORTS, "lower")
STEEP_NOTE_OBSERVED = Threshold(1.5, "Burden per observed day, for a note", COHORTS, "lower")
STEEP_NOTE_CALENDAR = Threshold(1.0, "Burden per calendar day, for a note", COHORTS, "lower")
STEEP_NOTE_P = Threshold(0.05, "One-sided Mann-Kendall p, for a note", COHORTS, "higher")
STEEP_SCORE = Threshold(1.0, "Points by which the score of a twitch day rises, for an alert", COHORTS, "lower")
STEEP_OBSERVED = Threshold(3.0, "Burden per observed day, for an alert", COHORTS, "lower")
STEEP_CALENDAR = Threshold(2.0, "Burden per calendar day, for an alert", COHORTS, "lower")
STEEP_P = Threshold(0.05, "One-sided Mann-Kendall p, for an alert", COHORTS, "higher")
STEEP_CONFIRM_DAYS = Threshold(7, "Days after the note from which a second look makes an alert", COHORTS, "lower")
STEEP_FORGET_DAYS = Threshold(14, "Days after which a steep note closes when it isn't seen again", OWN, "higher")

# Reassurance ---------------------------------------------------------------------------------------

CALM_WINDOW = Threshold(28, "Days that reassurance looks at", COHORTS, "neither")
CALM_OBSERVED_DAYS = Threshold(14, "Observed days that it needs", COHORTS, "higher")
CALM_QUIET_DAYS = Threshold(3, "Days marked quiet that it needs", COHORTS, "higher")
CALM_PLACES = Threshold(1, "Places that may have twitched", ARTICLE, "lower")
CALM_RUN_DAYS = Threshold(3, "Observed clear days in a row that it needs", COHORTS, "higher")
CALM_RUN_WITHIN = Threshold(21, "Days within which the run must lie", COHORTS, "lower")
CALM_EVIDENCE = Threshold(1.2, "Weighted e-detector below which nothing is rising", COHORTS, "lower")
CALM_RATIO = Threshold(1.2, "Burden of the recent days over that of those before, at most", COHORTS, "lower")
CALM_RECENT_DAYS = Threshold(14, "Recent days whose burden is compared", COHORTS, "neither")
CALM_BEFORE_DAYS = Threshold(42, "Days before them that it is compared with", COHORTS, "neither")
CALM_CHECK_DAYS = Threshold(
    28, "Days within which every sign of the check must be answered no", RED_FLAGS, "lower"
)
CALM_YES_DAYS = Threshold(90, "Days within which no sign may have been answered yes", RED_FLAGS, "higher")

# Signs ---------------------------------------------------------------------------------------------

SIGN_ASK_AGAIN = Threshold(7, "Days after a yes or unsure when the sign is asked again", OWN, "lower")
SIGN_UNSURE_DAYS = Threshold(28, "Days for which an unsure or tired-only answer stays a note", OWN, "higher")
SIGN_TWITCH_DAYS = Threshold(
    28, "Days within which a place with loss of function twitched, for this week", RED_FLAGS, "higher"
)
CHECK_EVERY_DAYS = Threshold(
    28, "Days after which the function check is offered while twitches are logged", OWN, "lower"
)


def all_thresholds() -> dict[str, Threshold[Any]]:
    """Every threshold by its name, in the order of this file."""
    return {name: value for name, value in globals().items() if isinstance(value, Threshold)}
