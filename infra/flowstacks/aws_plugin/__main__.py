"""Entry of the plugin process: `pulumi-resource-aws ENGINE_ADDRESS`."""

import sys

from pulumi.provider.experimental import server

from flowstacks.aws_plugin import start_script, parent, error_text
from flowstacks.aws_plugin.provider import StandIn

if __name__ == "__main__":
    parent.watch()
    error_text.install(server.ProviderServicer)
    server.main(sys.argv[1:], start_script.VERSION, StandIn())
