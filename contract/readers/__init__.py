"""Readers: one format of captures a file."""
