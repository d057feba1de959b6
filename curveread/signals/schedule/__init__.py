"""What goes by the clock: the course of a learning rate, its changes, and the pace of the steps."""
