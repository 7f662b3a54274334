"""Ringing customers for reps. ``port`` is what every telephone system comes down to; each adapter is a module."""
