"""What several tests of cases begin with."""

from __future__ import annotations

import pytest

from tests.cases.proof import Proof
from tests.factories import House


@pytest.fixture
def proof(house: House) -> Proof:
    return Proof(house)
