"""The Hugging Face Trainer's trainer_state.json and what lies beside it."""
