"""Fuzzing of the readers, and the seeds that it starts from."""
