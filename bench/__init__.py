"""What things cost, measured. Figures depend upon the machine: none is asserted anywhere."""
