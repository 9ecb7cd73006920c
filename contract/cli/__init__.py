"""The command line. Heavy libraries are loaded by the commands that need them, so that the others start at once."""

from .main import main

__all__ = ["main"]
