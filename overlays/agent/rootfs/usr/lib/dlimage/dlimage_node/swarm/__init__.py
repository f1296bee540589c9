"""Makes the nodes one Docker Swarm, and keeps them so."""
