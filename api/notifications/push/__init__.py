"""How telephones that sleep are woken: Web Push, FCM and APNs, each behind the same small interface."""
