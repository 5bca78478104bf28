"""The one certificate of a cluster: who holds its key may give work, and only such are talked to."""

from __future__ import annotations

import datetime
import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

from distributed import Security

from grader.errors import Refused

CERTIFICATE, KEY = "cluster.pem", "cluster-key.pem"
DAYS = 366


def make_certificates(folder: Path) -> None:
    """Make a key and its certificate, which signs itself and is its own authority. Refused where some are already."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "grader cluster")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    for path, text, mode in (
        (folder / KEY, secret, 0o600),
        (folder / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), 0o644),
    ):
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(text)
        except FileExistsError:
            raise Refused(f"{path} is there already; remove it, or name another folder.") from None
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error.strerror}.") from None


def security_of(address: str, folder: Path | None) -> Security:
    """What Dask needs to talk to a scheduler. Refused without TLS beyond this machine, and without certificates."""
    parts = urlsplit(address)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("tls", "tcp") or not host or not port:
        raise Refused(f"{address} is no address of a scheduler; give one such as tls://HOST:8786.")
    if parts.scheme == "tcp":
        if not is_loopback(host):
            raise Refused(
                f"{address} would send submissions and marks in the clear, and take work from anyone; use "
                f"tls://{host}:{port} with --certificates DIR (`grader cluster-certificates DIR` makes them)."
            )
        return Security(require_encryption=False)
    if folder is None:
        raise Refused(
            f"{address} needs --certificates DIR, the folder that `grader cluster-certificates DIR` filled on one "
            "machine, copied to each."
        )
    for name in (CERTIFICATE, KEY):
        if not os.access(folder / name, os.R_OK):
            raise Refused(f"{folder / name} cannot be read; `grader cluster-certificates DIR` makes such files.")
    return from_folder(folder)


def from_folder(folder: Path) -> Security:
    """The certificate in a folder, for all three kinds of program alike; nothing is said without it."""
    files: dict[str, str] = {}
    for kind in ("client", "scheduler", "worker"):
        files |= {f"tls_{kind}_cert": str(folder / CERTIFICATE), f"tls_{kind}_key": str(folder / KEY)}
    return Security(require_encryption=True, tls_ca_file=str(folder / CERTIFICATE), **files)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whatever its network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
