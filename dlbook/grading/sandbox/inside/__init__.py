"""What runs inside the sandbox: it locks itself in, then becomes a kernel for a learner's code."""
