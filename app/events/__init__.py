"""`/v1/events`: a stream that wakes a client where something is new."""
