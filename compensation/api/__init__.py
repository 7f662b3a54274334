"""The API doors: remedies and caps, errors in the customer's favor, the rules for taking them back."""
