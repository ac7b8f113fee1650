"""The match index: an organisation's mentors as planes of bits, ranked in memory. The database has the last word."""
