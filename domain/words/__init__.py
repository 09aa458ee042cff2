"""All words to people: one YAML file an audience, zh and en side by side."""
