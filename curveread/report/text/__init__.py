"""Reports as text: Markdown, postmortem, result JSON, tables and what CI systems read."""
