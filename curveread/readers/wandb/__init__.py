"""W&B logs: the ``.wandb`` binary, read without the wandb package, and the exports of the web interface."""
