"""What runs inside the sandbox: it confines itself, then becomes a kernel for a learner's code."""
