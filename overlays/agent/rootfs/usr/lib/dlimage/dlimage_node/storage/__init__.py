"""The shared storage: who keeps a copy, on which disk, and where it is mounted."""
