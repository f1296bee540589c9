"""The system clock. Source: adjtimex(2)"""

from __future__ import annotations

import ctypes

TIME_ERROR = 5
STRUCT_TIMEX_BYTES = 256
"""208 on 64-bit systems; more does no harm."""


def is_synchronized() -> bool:
    """True when the kernel was told by a time service that its clock is right."""
    buffer = ctypes.create_string_buffer(STRUCT_TIMEX_BYTES)
    return ctypes.CDLL(None).adjtimex(buffer) not in (-1, TIME_ERROR)
