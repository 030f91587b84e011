"""Quotas: how much one account may store in a day and in all. Whose is whose never mixes."""
