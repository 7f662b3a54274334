"""Mail that comes in: taken over once, read with suspicion, and put where it belongs."""
