"""Knowledge bases and their data sources, and what they can be made from."""
