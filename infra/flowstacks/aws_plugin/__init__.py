"""A stand-in for Pulumi's AWS plugin, before an emulator on loopback only. `install` says when it is used."""
