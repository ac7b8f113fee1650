"""The rules, pure: no database, no GraphQL, no clock of their own."""
