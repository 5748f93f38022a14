"""What is kept on this computer: call records, settings, and tokens in the keyring."""
