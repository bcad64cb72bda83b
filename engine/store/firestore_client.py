"""A connection to Firestore on which every call ends soon and no call is repeated."""

from __future__ import annotations

import grpc
from google.api_core import gapic_v1
from google.cloud import firestore
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

CALL_SECONDS = 2.0  # of a call that is given no limit of its own
CHANNEL = {
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,  # two minutes by default: a worker would not hear that the server is back
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
}
KEEPALIVE = {"grpc.keepalive_time_ms": 30_000, "grpc.keepalive_timeout_ms": 5_000}


class Transport(FirestoreGrpcTransport):
    """A connection on which no call is repeated and every call ends: a transaction has no time limits of its own."""

    def _prep_wrapped_messages(self, client_info: gapic_v1.client_info.ClientInfo) -> None:
        super()._prep_wrapped_messages(client_info)
        self._wrapped_methods = {
            method: gapic_v1.method.wrap_method(method, default_timeout=CALL_SECONDS, client_info=client_info)
            for method in dict(self._wrapped_methods)
        }


class Client(firestore.Client):
    """Google's client, on a connection that is sought again every second."""

    @property
    def _firestore_api(self) -> FirestoreClient:
        api: FirestoreClient | None = self._firestore_api_internal
        if api is None:
            if self._emulator_host:
                channel = grpc.insecure_channel(self._emulator_host, options=list(CHANNEL.items()))
            else:
                options = list({**CHANNEL, **KEEPALIVE}.items())
                channel = Transport.create_channel(self._target, credentials=self._credentials, options=options)
            api = FirestoreClient(transport=Transport(host=self._target, channel=channel))
            self._firestore_api_internal = api
        return api


class WriteTransaction(firestore.Transaction):
    """A transaction of writes alone: it reads nothing, so it holds no lock that a rollback would give back."""

    def _rollback(self) -> None:
        self._clean_up()
