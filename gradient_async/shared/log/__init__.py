"""What happens in all accounts, in one log."""
