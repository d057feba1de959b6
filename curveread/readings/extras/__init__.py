"""What a report needs and a check does not: the curves reduced to drawings, rulers, digests of the input files."""
