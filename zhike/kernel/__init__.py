"""Words every room uses: errors, ids, money, clock, calendars, events, jobs."""
