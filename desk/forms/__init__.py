"""What a rep fills in. Input is checked for shape here; the rules are the domain's."""
