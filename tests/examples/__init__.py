"""Tests of `docs/examples`: the real servers, over sockets, in front of an emulator."""
