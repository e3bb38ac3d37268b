"""How parties are reached: compliance, channels, campaigns."""
