"""What could be sent: valid requests and responses, and labelled defects, as Hypothesis strategies."""

if __name__ != "interpact.strategies":
    message = "this is the room of the interpact package: import interpact.strategies instead"
    raise ImportError(message)

from hypothesis import strategies as _st

from .defects import BREAKABLE, OPTIONAL, Defect, defects
from .entries import entries
from .exchanges import exchanges
from .messages import messages
from .remarks import error_envelopes
from .requests import identifiers, requests
from .responses import responses
from .sample import Query, Sample

__all__ = [
    "BREAKABLE",
    "OPTIONAL",
    "Defect",
    "Query",
    "Sample",
    "defects",
    "entries",
    "error_envelopes",
    "exchanges",
    "identifiers",
    "messages",
    "requests",
    "responses",
]

# `st.from_type(Query)`, and functions that `st.builds` is given: made only when they are drawn from.
_st.register_type_strategy(Query, lambda _: requests())
_st.register_type_strategy(Sample, lambda _: exchanges())
_st.register_type_strategy(Defect, lambda _: defects())
