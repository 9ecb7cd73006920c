"""Is it kept? Readers, the checker, reports, the command line. Knows no field name of the API."""

if __name__ != "interpact.contract":
    message = "this is the room of the interpact package: import interpact.contract instead"
    raise ImportError(message)
