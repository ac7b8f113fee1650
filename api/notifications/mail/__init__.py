"""What people are written about: read from the rows when it is sent, rendered, and delivered."""
