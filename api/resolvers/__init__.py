"""How a field gets its data: rows in, rows out."""
