"""Browser doors of compensation. Each parses what was sent, calls one verb of the domain, and answers."""
