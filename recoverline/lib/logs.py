"""Log lines without personal data, and as JSON where a machine reads them."""

import json
import logging
import re
from datetime import UTC, datetime

from recoverline.lib import request_ids

# A plus sign and digits, also as an address writes it; as Americans write it; and ten or eleven digits in a row.
_PHONES = (
    re.compile(r"(?:\+|%2B)\d[\d\-. ()]{5,18}\d", re.IGNORECASE),
    re.compile(r"(?<![\w\-.])(?:1[\-. ])?(?:\(\d{3}\) ?|\d{3}[\-. ])\d{3}[\-. ]\d{4}(?![\w\-])"),
    re.compile(r"(?<![\w\-.:])1?\d{10}(?![\w\-:]|\.\d)"),
)
_ON_ONE_LINE = {ord(char): repr(char)[1:-1] for char in "\r\n\v\f\x1b\x85\u2028\u2029"}
_ADDRESS = re.compile(r"[\w.+\-]+@(?=[\w\-]+\.\w)")
# What databases quote of a row that they refuse: every column of it, a text's words among them.
_QUOTED_ROW = re.compile(r"(Failing row contains |Key \([^)]*\)=)\(.*\)")


def mask_personal(text: str) -> str:
    """Phones down to their last four digits, e-mail addresses to their domain, no values of a refused row."""
    text = _QUOTED_ROW.sub(r"\1(***)", text)
    for pattern in _PHONES:
        text = pattern.sub(lambda found: f"***{re.sub(r'[^0-9]', '', found[0])[-4:]}", text)
    return _ADDRESS.sub("***@", text)


class MaskPersonalData(logging.Filter):
    """On every handler: masks message and traceback for good, and says whose request it was."""

    _tracebacks = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        # One message, one line: a line break that somebody sent us must not begin a line that looks like ours.
        record.msg, record.args = mask_personal(record.getMessage()).translate(_ON_ONE_LINE), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._tracebacks.formatException(record.exc_info)
        # Formatters use this text instead of making their own.
        record.exc_text = mask_personal(record.exc_text) if record.exc_text else None
        record.request_id = request_ids.current() or "-"
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, process, request_id; exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)
