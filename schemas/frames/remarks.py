"""The rules over the table of remarks: one row a warning of an answer."""

from typing import Final

import polars as pl

from ..vocabulary import MERGED_CUSTOMER
from .violation import violation

REMARKS: Final = (violation("IP228", "code", pl.col("code") == MERGED_CUSTOMER),)
