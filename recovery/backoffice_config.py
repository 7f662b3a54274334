"""Which admin site is used. By itself, since it is read before any table is."""

from django.contrib.admin.apps import AdminConfig


class Config(AdminConfig):
    default_site = "recovery.backoffice.Site"
