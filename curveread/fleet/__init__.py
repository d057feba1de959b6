"""Many runs: found, judged on any executor, and read together."""
