"""What happens in a series: spikes, steps, departures, turns and periods."""
