"""What clients see: the only place that speaks GraphQL."""
