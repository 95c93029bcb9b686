"""Puts our admin site in the place of Django's; loaded before any model, so it names the site by path."""

from django.contrib.admin.apps import AdminConfig


class RecoverlineAdminConfig(AdminConfig):
    default_site = "recoverline.admin_site.RecoverlineAdminSite"
