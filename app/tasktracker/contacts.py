"""How to reach who asked: encrypted at rest."""

from cryptography.fernet import InvalidToken, MultiFernet
from pydantic import SecretStr

from tasktracker.settings import fernet_keys


class UnreadableContact(Exception):
    """A stored contact was encrypted with a key that this process doesn't have."""


class Contacts:
    """Encrypts with the first key of the secret, decrypts with any of them."""

    def __init__(self, keys: SecretStr) -> None:
        self._keys = MultiFernet(fernet_keys(keys))

    def seal(self, contact: str) -> bytes:
        """The contact, encrypted."""
        return self._keys.encrypt(contact.encode())

    def open(self, sealed: bytes) -> str:
        """The contact in clear. Raises UnreadableContact."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise UnreadableContact(
                "the contact was encrypted with another key; add that key as a further line "
                "of the encryption key"
            ) from None

    def reseal(self, sealed: bytes) -> bytes:
        """The same contact, encrypted with the first key. Raises UnreadableContact."""
        return self.seal(self.open(sealed))
