"""What stands between strangers' code and this machine."""
