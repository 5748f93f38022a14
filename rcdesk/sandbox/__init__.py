"""The platform on the loopback interface: demo, test bed, and a tool of its own."""
