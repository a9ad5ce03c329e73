"""Knowledge bases, their data sources and schedules, and the catalogue."""
