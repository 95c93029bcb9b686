"""What an answer took in its process, in headers: statements, milliseconds of processor time and of the database."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

STATEMENTS, CPU, DATABASE = "X-Statements", "X-Cpu-Ms", "X-Database-Ms"


def count_statements(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        count, waited = 0, 0.0

        def counted(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal count, waited
            count += 1
            begun = time.perf_counter()
            try:
                return execute(*arguments)
            finally:
                waited += time.perf_counter() - begun

        begun = time.thread_time()
        with connection.execute_wrapper(counted):
            response = get_response(request)
        response[STATEMENTS] = str(count)
        response[CPU] = f"{(time.thread_time() - begun) * 1000:.1f}"
        response[DATABASE] = f"{waited * 1000:.1f}"
        return response

    return middleware
