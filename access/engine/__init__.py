"""Compiled travel-time kernels. Plain arrays in, plain arrays out; ids, dates and frames stay outside."""
