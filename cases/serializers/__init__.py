"""What the API of cases reads (`asked`) and shows (`shown`). Shapes only: the rules are the domain's."""
