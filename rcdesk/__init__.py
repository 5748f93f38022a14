"""rcdesk: a desktop companion for calls that run over RingCentral. It carries no voice."""

__version__ = "0.1.0"
