"""SHA-256 as Python has it itself: hashlib loads OpenSSL first, which takes longer than to read a submission.

As the standard library's ``random`` does it. Where much is hashed, as a data set, hashlib is the faster one.
"""

from __future__ import annotations

try:
    from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]  # Python 3.12 and later
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]
    except ImportError:  # another Python than CPython
        from hashlib import sha256

__all__ = ["sha256"]
