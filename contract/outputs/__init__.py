"""Outputs: what a run of `check` writes into files beside its report. One kind a file."""
