"""Configuration pages of businesses, people and leads; importing a module registers its pages."""

from leads.admin import api, business, crm, digests, knowledge, leads, people, tasks, webhooks

__all__ = ["api", "business", "crm", "digests", "knowledge", "leads", "people", "tasks", "webhooks"]
