"""The service's own package, which happens to be called like one of interpact's rooms."""
