"""The reference server: the model behind HTTP, for consumers as a mock, for tests and the fuzzer as a target."""

from __future__ import annotations

from .background import running
from .service import Service
from .store import Store

__all__ = ["Service", "Store", "running"]
