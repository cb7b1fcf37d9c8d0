"""What explorers share: controls and a still picture, pages in JavaScript, a pad, a network."""
