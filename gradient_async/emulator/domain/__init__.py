"""The served data and its rules: accounts, knowledge bases, jobs and stored files."""
