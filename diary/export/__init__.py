"""The diary as files: the diary file (JSON), tables for a spreadsheet (CSV) and a FHIR bundle."""
