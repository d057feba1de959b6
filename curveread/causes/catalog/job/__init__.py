"""Job, logger, evaluation."""
