"""What could be sent: valid requests and responses, and labelled defects, as Hypothesis strategies."""

if __name__ != "interpact.strategies":
    message = "this is the room of the interpact package: import interpact.strategies instead"
    raise ImportError(message)
