"""What runs on a node of a dlimage cluster: the agent that assembles it, and the commands that tell how it is.

Python's standard library only, and nothing newer than Python 3.7: the oldest base has that.
"""
