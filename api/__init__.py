"""Request a Mentor, as a GraphQL API with live subscriptions."""
