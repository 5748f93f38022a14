"""What is on screen. Widgets hold no state of the domain and own no task."""
