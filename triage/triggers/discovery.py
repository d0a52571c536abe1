"""Looking at many factors finds something by chance: the correction for that."""

from collections.abc import Sequence


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The q values of Benjamini and Hochberg, in the order of the p values."""
    count = len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place], reverse=True)
    q_values = [0.0] * count
    lowest = 1.0
    for larger, place in enumerate(order):
        lowest = min(lowest, p_values[place] * count / (count - larger))
        q_values[place] = lowest
    return q_values
