"""What a resource type is here: its rules as data, and four calls to AWS."""

import abc
import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar

from flowstacks.aws_plugin.properties.validity import Check
from flowstacks.aws_plugin.properties.values import Plain, Props
from flowstacks.aws_plugin.session import Emulator

Equal = Callable[[Plain, Plain], bool]


@dataclasses.dataclass(frozen=True)
class Created:
    """`outputs`: what only the answer to the creation tells, and `read` needs."""

    identity: str
    outputs: Props = dataclasses.field(default_factory=Props)


class AwsKind(abc.ABC):
    """Rules and calls of one type; no state. Property names are the SDK's, in the engine's spelling.

    The rules are those of the real plugin (terraform-provider-aws v6 under pulumi-aws 7); `source` says where.
    """

    resource_type: ClassVar[str]
    """`aws:ecr/repository:Repository`."""

    source: ClassVar[str]
    """The real plugin's file with these rules."""

    replaced: ClassVar[Mapping[str, str]]
    """Property whose change makes a new object → why."""

    updated: ClassVar[frozenset[str]] = frozenset()
    """What `update` brings to AWS. Every input is in one of the lists: a new SDK's unknown one fails a test."""

    defaults: ClassVar[Mapping[str, Plain]] = {}
    """What the real plugin puts into the inputs where nothing is said."""

    filled: ClassVar[frozenset[str]] = frozenset({"region"})
    """Optional ones that AWS decides where nothing is said: absent means "as it is", not "none"."""

    kept: ClassVar[frozenset[str]] = frozenset()
    """The plugin's own settings; AWS knows nothing of them."""

    unserved: ClassVar[Mapping[str, str]] = {}
    """Property of the real one that the stand-in refuses, `volumes.hostPath` one inside another → why."""

    checked: ClassVar[Mapping[str, Check]] = {}
    """Property, `ephemeralStorage.sizeInGib` one inside another → the real plugin's rule on its values."""

    equal: ClassVar[Mapping[str, Equal]] = {}
    """Property → when two values mean the same; equality of values where not named."""

    secret: ClassVar[frozenset[str]] = frozenset()
    """Always secret in state, whatever the program says."""

    named: ClassVar[bool] = True
    """Whether a missing `name` is made from the resource's name, with 7 random digits."""

    delete_before_replace: ClassVar[bool] = False
    """Whether the real one always deletes first. Where a name was given and stays, it does so anyway."""

    tagged: ClassVar[bool] = True
    """Whether the type has tags."""

    @abc.abstractmethod
    def create(self, aws: Emulator, inputs: Props) -> Created:
        """`inputs`: complete inputs, with `tagsAll` and a name."""

    @abc.abstractmethod
    def read(self, aws: Emulator, identity: str, state: Props) -> Props | None:
        """All that AWS tells of it; None where it is gone. `tagsAll` where the type has tags."""

    @abc.abstractmethod
    def update(self, aws: Emulator, identity: str, before: Props, after: Props) -> None:
        """Bring what differs; `before` is the last state, `after` complete inputs. `kept` ones need no call."""

    @abc.abstractmethod
    def delete(self, aws: Emulator, identity: str, state: Props) -> None:
        """One that is gone already is no error."""

    def means_same(self, name: str, old: Plain, new: Plain) -> bool:
        """Whether a property's two values are the same to AWS."""
        compare = self.equal.get(name)
        return old == new or (compare is not None and compare(old, new))
