"""The closed registry of rules: every code that interpact can emit, and nothing else.

>>> RULES["IP201"].slug
'count-below-list'
"""

from types import MappingProxyType
from typing import Final

from .across import ACROSS
from .hygiene import HYGIENE
from .meaning import MEANING
from .profiles import Profile
from .protocol import PROTOCOL
from .relation import RELATION
from .request import REQUEST
from .rule import ABSENT, Example, Kind, Part, Rule, Severity
from .strict import STRICT
from .structure import STRUCTURE

_ALL = (*STRUCTURE, *REQUEST, *MEANING, *STRICT, *RELATION, *ACROSS, *PROTOCOL, *HYGIENE)

RULES: Final = MappingProxyType({rule.code: rule for rule in sorted(_ALL, key=lambda rule: rule.code)})
"""Every rule by its code, in the order of the codes."""

__all__ = ["ABSENT", "RULES", "Example", "Kind", "Part", "Profile", "Rule", "Severity", "find_rule"]


def find_rule(word: str) -> Rule:
    """The rule with this code or slug; letter case does not matter.

    Raises `KeyError` where there is none.

    >>> find_rule("ip201") is find_rule("count-below-list")
    True
    """
    by_slug = {rule.slug: rule for rule in RULES.values()}
    return RULES.get(word.upper()) or by_slug[word.lower()]
