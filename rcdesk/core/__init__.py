"""What calls, RingOuts, links and records are. Pure: no clock, no chance, no files, no sockets."""
