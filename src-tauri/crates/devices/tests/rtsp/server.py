"""An RTSP camera of GStreamer's own server: /jpeg, /h264, and /private for who signs in. Says its port, lives until its input ends."""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
PICTURE = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=640,height=360,framerate=10/1"
JPEG = f"( {PICTURE} ! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
H264 = f"( {PICTURE} ! x264enc tune=zerolatency key-int-max=10 ! rtph264pay name=pay0 pt=96 config-interval=1 )"

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1] if len(sys.argv) > 1 else "0")

auth = GstRtspServer.RTSPAuth()
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)


def token(role):
    made = GstRtspServer.RTSPToken()
    made.set_string("media.factory.role", role)
    return made


auth.add_digest("dock", "s3cret", token("dock"))
auth.set_default_token(token("anybody"))
server.set_auth(auth)


def mount(path, launch, roles):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(True)
    permissions = GstRtspServer.RTSPPermissions()
    for role in ("dock", "anybody"):
        permissions.add_permission_for_role(role, "media.factory.access", True)
        permissions.add_permission_for_role(role, "media.factory.construct", role in roles)
    factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)


mount("/jpeg", JPEG, ("dock", "anybody"))
mount("/h264", H264, ("dock", "anybody"))
mount("/private", JPEG, ("dock",))

if server.attach(None) == 0:
    sys.exit("the port is taken")
loop = GLib.MainLoop()


def until_nobody_wants_it():
    sys.stdin.read()
    GLib.idle_add(loop.quit)


threading.Thread(target=until_nobody_wants_it, daemon=True).start()
print(server.get_bound_port(), flush=True)
loop.run()
