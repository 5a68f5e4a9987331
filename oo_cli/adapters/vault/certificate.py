"""A certificate of one's own for the phone page: P-256, signed by itself, good for some names and addresses."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from oo_data.secret import Secret

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

DAYS = 820  # phones refuse certificates that are good for longer
RENEW_DAYS = 30  # before it ends


class Certificate(NamedTuple):
    """A certificate as PEM, its private key as PEM, and when it ends (UTC ms)."""

    pem: str
    key: Secret
    ends_at: int

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate as browsers show it: pairs of hexadecimal digits."""
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.x509 import load_pem_x509_certificate

        der = load_pem_x509_certificate(self.pem.encode()).public_bytes(Encoding.DER)
        return hashlib.sha256(der).digest().hex(":").upper()

    def fits(self, names: tuple[str, ...], now_ms: int) -> bool:
        """Whether it is good for all of these names and addresses, and for a while yet."""
        from cryptography import x509

        found = x509.load_pem_x509_certificate(self.pem.encode())
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        known = {str(each.value) for each in alternatives}
        return known >= set(names) and now_ms < self.ends_at - RENEW_DAYS * 86_400_000

    def key_under(self, password: Secret) -> bytes:
        """The private key as PEM, sealed by a password."""
        from cryptography.hazmat.primitives import serialization as ways

        key = ways.load_pem_private_key(self.key.reveal().encode(), None)
        sealed = ways.BestAvailableEncryption(password.reveal().encode())
        return key.private_bytes(ways.Encoding.PEM, ways.PrivateFormat.PKCS8, sealed)


def make(names: tuple[str, ...], now_ms: int) -> Certificate:
    """A new certificate for these host names and IP addresses."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    begin = datetime.fromtimestamp(now_ms // 1000, UTC)
    end = begin + timedelta(days=DAYS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "oO")])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - timedelta(hours=1))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = built.public_bytes(serialization.Encoding.PEM).decode()
    return Certificate(pem, Secret(plain.decode()), round(end.timestamp() * 1000))


def _alternative(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
