"""Configuration pages of businesses, people and leads; importing a module registers its pages."""

from leads.admin import business, knowledge, leads, people, tasks

__all__ = ["business", "knowledge", "leads", "people", "tasks"]
