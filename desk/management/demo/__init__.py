"""The demo: what a newcomer finds on every screen. Written with the house’s own verbs, so no rule is bent for it."""
