"""Pages and forms of going back to the customer."""
