"""Simulated diaries with a known truth: what the rules find, how soon, and how often they cry wolf."""
