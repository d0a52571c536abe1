"""The pages of triage: one module a page."""
