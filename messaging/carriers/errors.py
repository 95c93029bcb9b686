"""What an adapter says instead of an answer."""


class NotSupported(Exception):
    """This carrier cannot do that."""


class BadPayload(Exception):
    """A verified webhook whose content cannot be understood; the message says what is missing."""


class WrongAccount(BadPayload):
    """Signed by this account's owner, and yet about another account."""
