"""The certificate of the phone page: for whom and how long it is good, and that its key is nobody else's."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from oo_cli.adapters.vault.certificate import DAYS, RENEW_DAYS, Certificate, make
from oo_data.secret import Secret
from tests.fakes import DAY, TUESDAY

NAMES = ("laptop.local", "192.168.1.4", "fd00::4")


@pytest.fixture
def made() -> Certificate:
    """One for a host name and two addresses."""
    return make(NAMES, TUESDAY)


def test_what_phones_ask_of_it(made: Certificate) -> None:
    """A server's and no authority's, signed by itself, good from an hour ago, and for no longer than phones accept."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    found = x509.load_pem_x509_certificate(made.pem.encode())
    found.verify_directly_issued_by(found)
    key = found.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert (key.curve.name, type(found.signature_hash_algorithm)) == ("secp256r1", hashes.SHA256)
    assert found.subject.rfc4514_string() == "CN=oO"
    extensions = {type(each.value): (each.critical, each.value) for each in found.extensions}
    assert extensions == {
        x509.SubjectAlternativeName: (
            False,
            x509.SubjectAlternativeName(
                [x509.DNSName(NAMES[0]), *(x509.IPAddress(ip_address(name)) for name in NAMES[1:])]
            ),
        ),
        x509.BasicConstraints: (True, x509.BasicConstraints(ca=False, path_length=None)),
        x509.ExtendedKeyUsage: (False, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
    }
    now = datetime.fromtimestamp(TUESDAY // 1000, UTC)
    assert (found.not_valid_before_utc, found.not_valid_after_utc) == (
        now - timedelta(hours=1),
        now + timedelta(days=DAYS),
    )
    assert (made.ends_at, DAYS <= 825) == (TUESDAY + DAYS * DAY, True)


@pytest.mark.parametrize(
    ("names", "before_end", "fits"),
    [
        (NAMES, RENEW_DAYS * DAY + 1, True),
        (NAMES, RENEW_DAYS * DAY, False),
        (NAMES[1:], DAYS * DAY, True),
        ((*NAMES, "192.168.1.5"), DAYS * DAY, False),
        (("192.168.1.5",), DAYS * DAY, False),
    ],
)
def test_when_another_is_made(made: Certificate, names: tuple[str, ...], before_end: int, fits: bool) -> None:
    """It serves for as long as it covers every address and is good for a month yet."""
    assert made.fits(names, made.ends_at - before_end) is fits


def test_its_key_lies_nowhere_in_the_clear(made: Certificate) -> None:
    """The key belongs to the certificate, is another each time, and opens with the right password alone."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    sealed = made.key_under(Secret("once"))
    key = load_pem_private_key(sealed, b"once")
    assert key.public_key() == x509.load_pem_x509_certificate(made.pem.encode()).public_key()
    assert made.key.reveal() != make(NAMES, TUESDAY).key.reveal()
    assert sealed.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    with pytest.raises(ValueError, match=r"[Pp]assword"):
        load_pem_private_key(sealed, b"other")


def test_the_fingerprint_that_browsers_show(made: Certificate) -> None:
    """SHA-256 of the certificate's bytes, so that a person can compare it."""
    whole = hashlib.sha256(ssl.PEM_cert_to_DER_cert(made.pem)).hexdigest().upper()
    assert made.fingerprint == ":".join(whole[at : at + 2] for at in range(0, 64, 2))
