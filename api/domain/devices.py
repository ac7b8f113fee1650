"""What people are reached on while no application of theirs is open."""

from enum import StrEnum
from typing import Final

# More than anybody carries. An application that registers under a new address at each start must not fill the table.
MOST_DEVICES: Final = 10


class DeviceKind(StrEnum):
    """Whose way to a device it is."""

    WEB_PUSH = "WEB_PUSH"
    FCM = "FCM"
    APNS = "APNS"
