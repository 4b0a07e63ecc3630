"""Certificates and keys made on the spot, as secrets of a stack."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

# The sites of the project's own stacks.
SITES = ("localhost", "staging.tasks.example.org", "tasks.example.org")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, both PEM."""

    certificate: str
    key: str

    @property
    def secrets(self) -> dict[str, str]:
        return {"tls-certificate": self.certificate, "tls-key": self.key}


def pair(*names: str, begins: int = -1, ends: int = 2) -> Pair:
    """A certificate that signs itself, for some names; it begins and ends days from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names or SITES]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate.public_bytes(Encoding.PEM).decode(), written(key))


def written(
    key: ec.EllipticCurvePrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    passphrase: str | None = None,
) -> str:
    """A key as PEM, in one of its forms."""
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, lock).decode()
