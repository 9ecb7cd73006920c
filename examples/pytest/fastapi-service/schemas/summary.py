"""What the service answers."""

from pydantic import BaseModel


class Summary(BaseModel):
    """How many messages a customer was sent, by channel."""

    messages: dict[str, int]
