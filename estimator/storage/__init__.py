"""What is kept: tables, their migrations and plain queries. It decides nothing."""
