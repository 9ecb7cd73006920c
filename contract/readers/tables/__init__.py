"""Tables as captures: which columns hold bodies, and tables that bodies were flattened to already."""
