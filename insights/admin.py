"""Rollups in the admin: to look at."""

from recovery.backoffice import show

show("insights")
