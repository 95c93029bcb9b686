from collections.abc import Collection


def asks_urgent(text: str, words: Collection[str]) -> bool:
    return text.strip().upper() in words


def sounds_dangerous(text: str) -> str | None:
    return None
