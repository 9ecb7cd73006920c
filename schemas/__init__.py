"""What is true of the API: the OpenAPI document, the rules, the frames, the vocabulary. Knows nothing of checking."""

if __name__ != "interpact.schemas":
    message = "this is the room of the interpact package: import interpact.schemas instead"
    raise ImportError(message)
