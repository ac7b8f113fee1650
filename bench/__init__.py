"""Figures, taken side by side. Nothing here is asserted by a test."""
