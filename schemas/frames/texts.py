"""Patterns of texts, in the syntax that Python, ECMA 262 and Rust's regex crate share, and nothing Unicode-aware."""

from typing import Final

from ..document import load

_MESSAGE: Final = load("response")["$defs"]["Message"]["properties"]

SENT_DATE: Final[str] = _MESSAGE["sentDate"]["pattern"]
"""`DD-MM-YYYY HH:mm:ss`, a fraction allowed (facts.md §3)."""

DELIVERED_TIME: Final[str] = _MESSAGE["deliveredTime"]["pattern"]
"""`YYYY-MM-DDTHH:mm:ssZ`, a fraction and an offset allowed (facts.md §3)."""

STATUS: Final[str] = _MESSAGE["status"]["pattern"]
"""No lower case, no blanks (facts.md §3)."""

OFFSET: Final = r"[0-9](?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?$"
"""A numeric offset at the end of a time (RFC 3339 §5.6, ISO 8601 basic format)."""

REAL_OFFSET: Final = r"[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?$"
"""An offset that exists (RFC 3339 §5.6)."""

EMAIL: Final = r'^(?:[^\s@"<>]+|"[^"@]+")@(?:[^\s@.<>]+(?:\.[^\s@.<>]+)*|\[[0-9A-Fa-f:.]+\])$'
"""An address: local part, `@`, dotted domain (RFC 5322 §3.4.1, RFC 6531 for letters beyond ASCII)."""

PHONE: Final = r"^[0-9]{7,15}$"
"""7 to 15 digits (facts.md §1; ITU-T E.164)."""

PLUS_PHONE: Final = r"^\+[0-9]{7,15}$"
"""The same with a plus (facts.md §1)."""

PLACEHOLDER: Final = r"(?i)^\[email[\s\x{a0}]protected\]$"
"""What a mail-address obfuscator leaves (facts.md §2)."""

REDACTED: Final = (
    r"(?i)^(?:[\[<({*_-]+ *(?:redacted|filtered|masked|removed|hidden|scrubbed)[^@]*"
    r"|redacted|filtered|masked|\*+|x{4,}|<[a-z -]+, [0-9]+ characters?, #[0-9a-f]{8}>)$"
)
"""What a recorder's filter writes in place of a value (recorders.md, trap 13), or we in exchanges that we keep."""

BLANK: Final = r"^\s*$"
"""Nothing but white space."""

OTP: Final = r"(?i)\b(?:otps?|one[- ]?time[- ](?:pass(?:word|code)|pin|code))\b"
"""A text that speaks of a one-time password (facts.md §4)."""

OTP_WORDS: Final = ("otp", "onetime", "one time", "one-time")
"""What a text that speaks of one has in it, whatever its case."""

CODE: Final = r"(?:^|[^0-9])[0-9]{4,8}(?:[^0-9]|$)"
"""A run of 4 to 8 digits (facts.md §4)."""
