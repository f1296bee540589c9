"""How the nodes become one Docker Swarm, and stay one."""
