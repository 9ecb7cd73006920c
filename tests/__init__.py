"""A package, so that tests can share a module; pytest's importlib mode needs none."""
