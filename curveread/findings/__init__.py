"""What a diagnosis says: findings with evidence, the verdict, the result JSON and its schema."""
