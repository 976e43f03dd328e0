"""Entry of the plugin process: `pulumi-resource-aws ENGINE_ADDRESS`."""

import sys

from pulumi.provider.experimental import server

from infra.local.aws_plugin import install, parent, telling
from infra.local.aws_plugin.provider import StandIn

if __name__ == "__main__":
    parent.watch()
    telling.install(server.ProviderServicer)
    server.main(sys.argv[1:], install.VERSION, StandIn())
