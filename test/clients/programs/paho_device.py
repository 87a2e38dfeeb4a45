"""Eclipse Paho as a device: `paho_device.py URL 3.1.1|5 ORGANIZATION ID`; it comes back by itself."""
import json
import sys
from urllib.parse import urlparse

import paho.mqtt.client as mqtt

url, version, organization, client_id = sys.argv[1:5]
at = urlparse(url)


def tell(event, **detail):
    print(json.dumps({"event": event, **detail}), flush=True)


def on_connect(client, _userdata, _flags, reason_code, _properties):
    if reason_code.is_failure:
        tell("redirect", packet="CONNACK", reasonCode=reason_code.value)
        return
    tell("connected")
    client.subscribe(f"{organization}/#", qos=1)


def on_disconnect(_client, _userdata, flags, reason_code, properties):
    # Paho makes up a reason code where the server sent no packet.
    if flags.is_disconnect_packet_from_server:
        tell("redirect", reasonCode=reason_code.value, properties=properties.json() if properties else {})
    else:
        tell("ended", reasonCode=reason_code.value, reason=str(reason_code))


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2,
    client_id=client_id,
    transport="websockets" if at.scheme == "ws" else "tcp",
    protocol=mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311,
)
client.username_pw_set(f"{organization}/{client_id}")
client.on_connect = on_connect
client.on_disconnect = on_disconnect
client.on_message = lambda _client, _userdata, message: tell("message", text=message.payload.decode())
client.reconnect_delay_set(1, 2)
if at.scheme == "ws":
    client.ws_set_options(path=at.path)
client.connect(at.hostname, at.port, keepalive=5)
client.loop_forever()
