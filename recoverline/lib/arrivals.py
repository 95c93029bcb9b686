"""How long a request has waited until one of our threads was free, from the kernel's own notes on its connection.

Whoever measures from the first line of a view takes a busy minute of ours for a short call of theirs.
"""

import socket
import struct
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

# Linux' struct tcp_info (linux/tcp.h): eight bytes, then 32-bit numbers; the twelfth is tcpi_last_data_recv, in ms.
_LAST_DATA_RECEIVED = struct.Struct("=8x 44x I")


def waited(environ: Mapping[str, Any]) -> timedelta:
    """Since the last byte of this request arrived; zero where the server or the system does not say.

    `environ`: a WSGI environment (PEP 3333), in which gunicorn leaves the connection's socket.
    """
    connection = environ.get("gunicorn.socket")
    option = getattr(socket, "TCP_INFO", None)
    if connection is None or option is None:
        return timedelta()
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, option, _LAST_DATA_RECEIVED.size)
        (milliseconds,) = _LAST_DATA_RECEIVED.unpack(info)
    except (OSError, struct.error):
        # A Unix socket, or a kernel that says less.
        return timedelta()
    return timedelta(milliseconds=milliseconds)
