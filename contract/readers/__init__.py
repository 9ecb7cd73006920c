"""Readers: one format of captures a file. The first one that recognises an input reads it."""

from typing import Final

from .base import Head, Problem, Reader, UnreadableError
from .har import HAR
from .json_body import JSON
from .ndjson import NDJSON
from .vcr import VCR

READERS: Final[tuple[Reader, ...]] = (HAR, VCR, NDJSON, JSON)
"""Every reader, from the most particular format to the most general one."""

__all__ = ["HAR", "JSON", "NDJSON", "READERS", "VCR", "Head", "Problem", "Reader", "UnreadableError"]
