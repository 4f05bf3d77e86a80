"""The equations of a pass, read as the operations that all frameworks share."""
