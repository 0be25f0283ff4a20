"""What members do beside ordering: activities, what missions ask of them, and how far a member is."""
