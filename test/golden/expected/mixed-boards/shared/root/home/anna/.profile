Hello there
