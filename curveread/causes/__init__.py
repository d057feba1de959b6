"""Why it happened: candidates for the cause of a finding, weighed by the signs in its log."""
