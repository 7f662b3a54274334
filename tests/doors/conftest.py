"""What tests of doors share with those of the apps behind them."""

from tests.outreach.conftest import outreach

__all__ = ["outreach"]
