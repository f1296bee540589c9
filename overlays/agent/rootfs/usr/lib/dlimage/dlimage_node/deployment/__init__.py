"""The stacks of the definition: what is wanted, what was deployed before, and how one is deployed."""
