"""For a container's health check: exit 0 if the address answers 200. Slim images have no curl."""

import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=4) as reply:
        sys.exit(reply.status != 200)
except (urllib.error.URLError, TimeoutError) as problem:
    print(problem, file=sys.stderr)
    sys.exit(1)
