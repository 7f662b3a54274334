"""What systems send and are sent, checked and shaped."""
