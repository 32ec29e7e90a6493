"""What developers of igny8 run, and what running it does not need."""
