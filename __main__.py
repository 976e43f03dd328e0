"""Pulumi's entry: one stack is one environment."""

from infra import program

program.run()
