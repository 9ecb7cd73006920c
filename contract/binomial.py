"""What a share that was seen says about the share that there is: exact bounds (Clopper & Pearson 1934).

C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934) 404-413. The tail of the binomial distribution is a regularized incomplete beta function (DLMF
8.17.5), which is evaluated as a continued fraction (DLMF 8.17.22) by the modified method of Lentz; `statistics` of the
standard library has neither, and scipy, against which it is tested, is larger than all of our dependencies together.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from typing import Final

_TINY: Final = 1e-300
"""Stands for a denominator of zero in the method of Lentz."""
_EPSILON: Final = 4e-15
"""The relative change at which a continued fraction has converged: some times that of a double."""
_HALVINGS: Final = 100
"""Enough for a bound to be known to the last bit of a double, which has 52."""


def at_least(hits: int, objects: int, share: float) -> float:
    """The probability that of so many objects at least `hits` are hit, if a share from 0 to 1 of all objects is.

    >>> round(at_least(1, 2, 0.5), 6)
    0.75
    """
    if hits <= 0:
        return 1.0
    if hits > objects or share <= 0:
        return 0.0
    return 1.0 if share >= 1 else _incomplete_beta(share, hits, objects - hits + 1)


def interval(hits: int, objects: int, confidence: float) -> tuple[float, float]:
    """The two bounds of the share, each of which is wrong with a probability of (1 - confidence) / 2 at most.

    >>> [round(bound, 4) for bound in interval(0, 100, 0.95)]
    [0.0, 0.0362]
    """
    risk = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _share_at(risk, hits, objects)
    high = 1.0 if hits == objects else _share_at(1 - risk, hits + 1, objects)
    return low, high


def _share_at(probability: float, hits: int, objects: int) -> float:
    """The share at which it has this probability that at least so many objects are hit, which grows with the share."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if at_least(hits, objects, middle) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b), for x between 0 and 1 and a, b from 1 on."""
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, that of the other tail does not
        return 1 - _incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    return front / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 1 + d1/(1 + d2/(1 + ...)) of DLMF 8.17.22."""
    value = numerator = 1.0
    inverse = 0.0
    step = 0
    change = 0.0
    while abs(change - 1) > _EPSILON:
        step += 1
        m, is_odd = divmod(step, 2)
        if is_odd:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        inverse = 1 / ((1 + term * inverse) or _TINY)
        numerator = (1 + term / numerator) or _TINY
        change = numerator * inverse
        value *= change
    return value
