"""What a report shows beside findings: the reduced curves, and what was logged near a finding."""
