"""What `make` and CI run beside Django: nothing here is part of the running program."""
