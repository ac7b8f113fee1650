import strawberry
from strawberry import ID

from api.actions.devices import register_device, remove_device
from api.schema.device import Device
from api.schema.enums import DeviceKind
from api.schema.mutations.outcome import UserError, outcome
from api.schema.node import Info, key_of
from api.schema.person import Person
from api.schema.references import person_view


@strawberry.input(description="A device to push to.")
class RegisterDeviceInput:
    kind: DeviceKind = strawberry.field(description="How it is reached.")
    address: str = strawberry.field(
        description="The endpoint of its push subscription, or the token that FCM or APNs gave it."
    )
    p256dh: str | None = strawberry.field(
        default=None, description="The key of that name of its push subscription; for WEB_PUSH alone."
    )
    auth: str | None = strawberry.field(
        default=None, description="The secret of that name of its push subscription; for WEB_PUSH alone."
    )


@strawberry.type(description="What became of it.")
class RegisterDevicePayload:
    device: Device | None = strawberry.field(description="The device; null where refused.")
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.input(description="A device to push to no more.")
class RemoveDeviceInput:
    device_id: ID = strawberry.field(description="A device of the viewer's.")


@strawberry.type(description="What became of it.")
class RemoveDevicePayload:
    viewer: Person | None = strawberry.field(
        description="The viewer, with the devices that are left; null where refused."
    )
    errors: list[UserError] = strawberry.field(description="What was wrong; empty where all went well.")


@strawberry.type
class DeviceMutations:
    @strawberry.mutation(
        description="Have a device woken when there is something to hear of. Do it at each start of the application: a "
        "device is known by its address, and is whoever's who registered it last."
    )
    async def register_device(self, info: Info, input: RegisterDeviceInput) -> RegisterDevicePayload:
        context = info.context
        registered = await outcome(
            info,
            register_device(
                context.services.wakeups,
                viewer=context.viewer,
                offer=context.services.push,
                kind=input.kind,
                address=input.address,
                p256dh=input.p256dh,
                auth=input.auth,
            ),
        )
        return RegisterDevicePayload(
            device=Device(record=registered.value) if registered.value else None, errors=registered.errors
        )

    @strawberry.mutation(description="Take that back, for example on signing out.")
    async def remove_device(self, info: Info, input: RemoveDeviceInput) -> RemoveDevicePayload:
        context = info.context
        removed = await outcome(
            info,
            remove_device(context.services.wakeups, viewer=context.viewer, device_id=key_of(input.device_id, "Device")),
        )
        viewer = None if removed.errors else await person_view(info, context.viewer.person_id)
        return RemoveDevicePayload(viewer=viewer, errors=removed.errors)
