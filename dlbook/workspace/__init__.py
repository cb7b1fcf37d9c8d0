"""A learner's folder: copies to work in, and how a newer course comes into them."""
