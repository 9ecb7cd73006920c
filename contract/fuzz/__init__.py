"""The fuzzer: asks a live endpoint politely and judges what it answers."""
