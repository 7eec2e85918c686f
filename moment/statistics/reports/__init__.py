"""Reports: the figures of many customers beside each other."""
