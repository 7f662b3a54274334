"""Reads of going back to the customer: always through ``visible_*``, so that a stranger finds nothing."""
