"""Entry of the plugin process: `pulumi-resource-aws ENGINE_ADDRESS`."""

import sys

from pulumi.provider.experimental import server

from flowstacks.aws_plugin import error_text, parent
from flowstacks.aws_plugin.provider import StandIn
from flowstacks.local.engine import aws_plugin_script

if __name__ == "__main__":
    parent.watch()
    error_text.install(server.ProviderServicer)
    server.main(sys.argv[1:], aws_plugin_script.VERSION, StandIn())
