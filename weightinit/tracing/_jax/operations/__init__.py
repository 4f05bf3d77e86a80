"""The equations of a pass, read as the operations that frameworks have in common."""
