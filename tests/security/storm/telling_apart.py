"""Whether two samples can be told apart: by where they lie, and by their shape.

The test of Mann and Whitney (1947), in its normal approximation with the correction for ties, and that of Kolmogorov and
Smirnov for two samples, in its asymptotic form (Smirnov 1948, with Stephens' correction of 1970). Both approximations are
good to more than three digits for samples of a thousand.
"""

import bisect
import dataclasses
import itertools
import math
import statistics


@dataclasses.dataclass(frozen=True)
class Difference:
    """`auc`: how often a value of the second sample is above one of the first, 0.5 if neither is; and the chance of a
    difference at least as large if there were none, by each test."""

    auc: float
    place: float
    shape: float


def compare(first, second):
    """How two samples differ."""
    auc, place = mann_whitney(first, second)
    return Difference(auc, place, kolmogorov_smirnov(first, second))


def mann_whitney(first, second):
    """U / (m n) of the second sample, and the two-sided p."""
    m, n, total = len(first), len(second), len(first) + len(second)
    values = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank, ranks_of_second, ties = 1, 0.0, 0
    for _, group in itertools.groupby(values, key=lambda each: each[0]):
        members = [which for _, which in group]
        ranks_of_second += sum(members) * (rank + (len(members) - 1) / 2)
        ties += len(members) ** 3 - len(members)
        rank += len(members)
    u = ranks_of_second - n * (n + 1) / 2
    deviation = math.sqrt(m * n / 12 * (total + 1 - ties / (total * (total - 1))))
    z = (abs(u - m * n / 2) - 0.5) / deviation if deviation else 0.0
    return u / (m * n), min(1.0, 2 * (1 - statistics.NormalDist().cdf(z)))


def kolmogorov_smirnov(first, second):
    """The two-sided p of the largest distance between the two distributions."""
    first, second = sorted(first), sorted(second)
    m, n = len(first), len(second)
    distance = max(abs(bisect.bisect_right(first, x) / m - bisect.bisect_right(second, x) / n) for x in first + second)
    effective = math.sqrt(m * n / (m + n))
    scaled = (effective + 0.12 + 0.11 / effective) * distance
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * sum(terms))) if scaled > 0.2 else 1.0
