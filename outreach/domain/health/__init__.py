"""Watching our own path to the customer: what it is made of, trying it on a schedule, and saying how it stands."""
