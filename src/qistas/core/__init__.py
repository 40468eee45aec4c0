"""The words every package shares: ids, errors, time, money, pages, principals. Standard library only."""
