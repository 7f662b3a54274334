"""What the tests stand on: databases, services, browsers, worker processes. See docs/testing.md."""
