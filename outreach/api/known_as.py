"""A customer named by a program: by our id, or by the one that another system knows them by."""

from __future__ import annotations

from typing import Any

from accounts.authority import Refused
from cases.models import Customer
from cases.queries import visible_customers
from recovery.rest import Door


class NamesCustomer(Door):
    """A door to which somebody comes with what they know of a customer."""

    def customer_in(self, given: dict[str, Any]) -> Customer:
        """Take the customer meant out of what was given. Refused: ``invalid``, ``out_of_reach``."""
        ours, theirs = given.pop("customer", None), given.pop("customer_known_as", None)
        if (ours is None) == (theirs is None):
            raise Refused(
                "invalid", "Name the customer by `customer` or by `customer_known_as`, one of them.", "customer"
            )
        reach = visible_customers(self.caller)
        if ours is not None:
            return self.named(reach, "customer", pk=ours)
        known_as = {f"external_ids__{part}": theirs[part] for part in ("system", "external_id")}
        return self.named(reach, "customer_known_as", **known_as)
