"""Breaks a whole deployment again and again while people use it, and checks that nothing was lost."""
