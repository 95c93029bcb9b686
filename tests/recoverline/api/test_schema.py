"""What is written about the API is true: the file, the page and the examples."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from leads import api_tokens
from recoverline.api import schema
from recoverline.api.urls import router

DOCS = settings.BASE_DIR / "docs"


@pytest.fixture(scope="module")
def described() -> Any:
    return yaml.safe_load(schema.as_yaml())


def test_the_committed_file_is_current() -> None:
    """After a change: manage.py write_api_schema."""
    assert (DOCS / "openapi.yaml").read_text() == schema.as_yaml()


def test_it_is_served_to_everybody(db: None) -> None:
    answer = Client().get("/api/v1/schema/")
    assert (answer.status_code, answer.content.decode()) == (200, schema.as_yaml())


def test_every_operation_says_its_scope_and_its_problems(described: Any) -> None:
    operations = {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    scoped = [operation["x-scope"] for operation in operations.values() if "x-scope" in operation]
    assert len(operations) == len(scoped) + 1  # a form has no token
    assert set(scoped) == set(api_tokens.SCOPES)
    assert len(scoped) == sum(len(view.scopes) for _, view, _ in router.registry) + 2  # and texts of a conversation
    for name, operation in operations.items():
        assert (name, bool(operation["summary"])) == (name, True)
        assert (name, "429" in operation["responses"]) == (name, True)
        heads = [row["name"] for row in operation.get("parameters", ()) if row["in"] == "header"]
        assert (name, heads) == (name, ["Idempotency-Key"] if name[0] == "POST" and "x-scope" in operation else [])
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_the_page_shows_every_operation(db: None, described: Any) -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    for path in described["paths"]:
        assert (path, f"<code>{path}</code>" in page) == (path, True)
    assert "<script" not in page.replace('<script src="/static/site/theme.js">', "").replace(
        '<script type="module" src="/static/site/site.js">', ""
    )


def test_every_example_names_an_address_and_fields_that_exist(described: Any) -> None:
    text = (DOCS / "api.md").read_text()
    key = "0b0f7f6e-0000-4000-8000-000000000000"
    examples = re.findall(
        r"curl (?:-X (\w+))?[^\n]*?\"?\$SITE(/api/v1/[^\"\s]*)\"(.*?)(?=\ncurl|\n```)", text, re.DOTALL
    )
    assert len(examples) == 16
    for method, address, rest in examples:
        path, _, query = address.partition("?")
        try:
            found = resolve(re.sub(r"\$\w+", key, path))
        except Resolver404:
            pytest.fail(path)
        assert (path, found.url_name != "nothing-here") == (path, True)
        route = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", found.route)
        operation = described["paths"][route][(method or "GET").lower()]
        known = {row["name"] for row in operation.get("parameters", ())}
        assert {part.partition("=")[0] for part in query.split("&") if part} <= known, path
        body = re.search(r"-d '(.*?)'", rest, re.DOTALL)
        if body and "x-scope" in operation:
            shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            fields = described["components"]["schemas"][shape]["properties"]
            assert set(yaml.safe_load(body[1])) <= set(fields), path


def test_the_scopes_are_those_of_the_admin() -> None:
    rows = re.findall(r"^\| `(\w+:\w+)` \| (.+) \|$", (DOCS / "api.md").read_text(), re.MULTILINE)
    assert dict(rows) == api_tokens.SCOPES
