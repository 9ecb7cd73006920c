"""What client libraries receive while a test runs: one module a library, which is hooked only if it is loaded."""
