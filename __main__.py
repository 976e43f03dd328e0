"""Pulumi's entry: one stack is one environment."""

from flowstacks import program

program.run()
