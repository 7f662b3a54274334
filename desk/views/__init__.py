"""The doors of the desk: each parses what was sent, calls one verb of the domain, and answers with a page or a part."""
