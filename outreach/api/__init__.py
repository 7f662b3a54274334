"""What systems call about going back to the customer."""
