"""Finding mentors."""
