"""What happens to records once they are here."""
