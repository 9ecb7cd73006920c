"""The documents that `python -m interpact.schemas.derive` makes from `openapi.yaml`."""
