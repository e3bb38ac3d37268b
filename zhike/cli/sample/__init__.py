"""The sample broker: a made-up firm, its files as three systems export them, and what really happened in it."""
