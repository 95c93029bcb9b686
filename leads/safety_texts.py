"""What a safety text may say: it is sent as it stands, before anybody reads what it answers."""

from recoverline.lib.render import malformed_placeholders, unknown_placeholders
from recoverline.lib.text import count_segments, normalize

PLACEHOLDERS = ("business", "phone")
MOST_SEGMENTS = 2


def objections_to(text: str) -> list[str]:
    """What is wrong with it, in words for its writer; nothing when it can be sent."""
    braces = [*(f"{{{name}}}" for name in unknown_placeholders(text, PLACEHOLDERS)), *malformed_placeholders(text)]
    objections = [f"“{piece}” would not be filled in: use {{business}} and {{phone}}, and nothing else in braces."
                  for piece in braces]  # fmt: skip
    bill = count_segments(normalize(text))
    if bill.count > MOST_SEGMENTS:
        objections.append(f"This takes {bill.count} segments: somebody in danger reads at most {MOST_SEGMENTS}.")
    return objections
