"""What is read of language models only: perplexity, hints at the data, spike scores."""
