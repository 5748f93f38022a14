"""What the program does, without a window: each service owns its tasks and tells of changes by feeds."""
