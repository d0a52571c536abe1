"""Every number of the triggers page: what it means, where it comes from, which way it is safe to change.

"Safe" is the direction in which fewer links are claimed. A change needs a decision record and new figures in
docs/triggers.md.
"""

from typing import Any

from triage.rules.thresholds import Threshold

DESIGN = "Own choice, measured on simulated diaries (docs/triggers.md)"
OWN = "Own choice"
EFSA = "EFSA 2015, Scientific Opinion on the safety of caffeine: up to 200 mg at once raises no concern"
BENJAMINI = "Benjamini and Hochberg 1995, J R Stat Soc B 57:289"

# What is looked at --------------------------------------------------------------------------------

WINDOW_DAYS = Threshold(
    730, "Days before today that are looked at; today is not over and is left out", OWN, "neither"
)
BLOCK_DAYS = Threshold(
    56, "Days of a block; days are compared with days of their own block, weekends apart", DESIGN, "lower"
)
LAGS = Threshold(2, "Days on which twitches are looked for: the same day and the next", OWN, "lower")

# What is much and what is little ------------------------------------------------------------------

SHORT_SLEEP_HOURS = Threshold(6.0, "Hours of sleep below which a night is short", OWN, "neither")
FAIR_SLEEP = Threshold(
    3.0, "Sleep quality (1-4) below which a night is a poor one: badly or so-so", OWN, "neither"
)
CAFFEINE_MG = Threshold(200.0, "Milligrams of caffeine above which a day has much of it", EFSA, "neither")
STRESS_LEVEL = Threshold(2.0, "Stress (0-4) above which a day has much of it: a lot or extreme", OWN, "neither")
FIXED_SHARE = Threshold(
    0.2,
    "Share of the days that must lie on either side of a fixed cut-off, or the person's own is taken",
    OWN,
    "higher",
)
THIRD = Threshold(1 / 3, "Share of the days that the own lower or upper third aims at", OWN, "neither")
HALF = Threshold(0.5, "Share of the days that the own median aims at", OWN, "neither")

# How much is enough -------------------------------------------------------------------------------

PAIRED_DAYS = Threshold(
    40, "Days with the factor entered and twitching recorded that a comparison needs", DESIGN, "higher"
)
EXPOSED_DAYS = Threshold(10, "Of these, days of each kind: with and without the factor", DESIGN, "higher")
OUTCOME_DAYS = Threshold(8, "Of these, days with and days without twitches, each", DESIGN, "higher")

# What is called a link ----------------------------------------------------------------------------

FALSE_DISCOVERY = Threshold(0.10, "False discovery rate over all factors compared", BENJAMINI, "lower")
NEAREST_SHIFT = Threshold(
    4, "Days by which the factor is moved at least; nearer ones are too like the truth", DESIGN, "lower"
)
PRIOR_SPREAD = Threshold(
    0.35, "Standard deviation of log ratios expected before looking; the ratio is shrunk by it", DESIGN, "lower"
)
LEAST_RATIO = Threshold(
    1.2, "Shrunk ratio from which a link is shown; its inverse where fewer twitches are expected", DESIGN, "higher"
)
HALVES_RATIO = Threshold(
    1.2, "Ratio that both halves of the diary must have for a link that repeats, or its inverse", DESIGN, "higher"
)
HALVES_SURE = Threshold(
    1.0, "Standard errors by which the ratio of each half must lie away from no difference", DESIGN, "higher"
)


def all_thresholds() -> dict[str, Threshold[Any]]:
    """Every threshold by its name, in the order of this file."""
    return {name: value for name, value in globals().items() if isinstance(value, Threshold)}
