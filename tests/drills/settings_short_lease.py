"""The settings as they are, with a lease short enough to be waited for in every run of the suite."""

from recovery.settings import *  # noqa: F403
from recovery.settings import RECOVERY as _RECOVERY

RECOVERY = {**_RECOVERY, "CLAIM_LEASE_SECONDS": 5}
