"""What the numbers of language modelling mean: units of loss, perplexity, tasks, cadence, a scale of reference."""
