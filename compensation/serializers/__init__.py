"""What the API of compensation reads and shows. Shapes only: no rule, no query."""
