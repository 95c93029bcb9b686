"""The REST API: shapes, tokens, views, intake of forms. Its pages for programmers are docs/api.md and /api/v1/docs/."""
