"""TLS as this program speaks it, and what is wrong where it does not come about."""

from __future__ import annotations

import ssl

from tiksql.api.failures import Trouble
from tiksql.api.retry import Outcome

TOO_OLD = frozenset(
    {"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "WRONG_SSL_VERSION"}
)
"""OpenSSL's reasons where the other side speaks no version of TLS that is spoken here."""


def context() -> ssl.SSLContext:
    """Make what each line is opened with: certificates are checked, and TLS is 1.2 at least.

    An OpenSSL that is configured for older versions does not change that. Raise ``OSError`` or
    ``ValueError`` for certificates in the environment that cannot be used.
    """
    import httpx  # noqa: PLC0415 - importing it takes as long as starting the program

    made = httpx.create_ssl_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def trouble(error: BaseException | None) -> Trouble | None:
    """Say what TLS ended an exchange with, in OpenSSL's words; None where it was not TLS."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            why = getattr(error, "verify_message", "") or "it was not verified"
            return Trouble(Outcome.UNTRUSTED, detail=why)
        if isinstance(error, ssl.SSLError) and error.reason in TOO_OLD:
            return Trouble(Outcome.OUTDATED, detail=error.reason.replace("_", " ").lower())
        error = error.__cause__ or error.__context__
    return None
