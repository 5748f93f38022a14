"""The platform, spoken to: requests, sign-in, push. Wire shapes stop here."""
