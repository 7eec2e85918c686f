"""What the company sets for all: itself, its bank accounts, its standard invoice settings."""
