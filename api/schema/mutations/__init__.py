"""What can be changed: inputs, payloads and operations by noun."""
